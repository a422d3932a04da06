/** Finds the system's Chromium; installs it where asked to. The browser tests drive it through playwright-core. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Path of a Chromium: `CHROMIUM_PATH`, or one on the `PATH`; `undefined` where there is none. */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named) return isExecutable(named) ? named : undefined
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

/** Installs Chromium. @returns `undefined`, or a sentence that says why not. */
export function installChromium() {
  const problem = installPackages(['chromium'])
  return problem && `${problem}. Install Chromium or Chrome by hand, or name it in CHROMIUM_PATH`
}

/** Installs packages of Debian with apt-get, as root or through sudo. @returns `undefined`, or why not. */
export function installPackages(names) {
  const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
  if (!has('apt-get')) return 'there is no apt-get here'
  const isRoot = process.getuid?.() === 0
  // -n: a build server has nobody who could type a password.
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0)
    return 'apt-get needs root, or sudo without a password'
  const sudo = isRoot ? [] : ['sudo', '-n']
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', ...names],
  ]) {
    const [program, ...rest] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
    if (spawnSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
      return `apt-get ${args[0]} failed`
  }
  return undefined
}
