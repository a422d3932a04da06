/**
 * Starts moto, an emulator of AWS that nobody here wrote: an installed `moto_server` where there is one, else Debian's
 * package, unpacked in a folder of its own. Debian 13 has it, and `mmdebstrap` installs that in a folder on any Debian.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.mjs'

const ROOT = fileURLToPath(new URL('../../node_modules/.cache/moto', import.meta.url))
// flask-cors is missing from the dependencies of Debian's package; joserfc signs Cognito's tokens.
const PACKAGES = ['python3-moto', 'python3-flask-cors', 'python3-joserfc', 'python3-yaml']
const STARTS_WITHIN_SECONDS = 60

function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  if (status === 0) return
  throw new Error(`${command} ${args[0]} failed: ${error?.message ?? stderr.trim().split('\n').slice(-5).join('\n')}`)
}

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0

/** The command that starts moto; installs it where it is missing. */
function motoCommand() {
  if (has('moto_server')) return ['moto_server']
  if (!existsSync(ROOT)) {
    if (process.getuid?.() !== 0 || !has('apt-get')) {
      throw new Error('moto is not here. Install it (pip install "moto[server]"), or run this as root on Debian')
    }
    console.log('moto: installing it with mmdebstrap (about 20 seconds, 350 MB) ...')
    if (!has('mmdebstrap')) {
      run('apt-get', ['update', '-q'])
      run('apt-get', ['install', '-q', '-y', 'mmdebstrap'])
    }
    const unfinished = `${ROOT}.unfinished`
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { recursive: true })
    run('mmdebstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, 'trixie', unfinished])
    renameSync(unfinished, ROOT)
  }
  return ['chroot', ROOT, 'moto_server']
}

/**
 * Starts moto on a free port of this machine.
 *
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 * @throws {Error} when it is not installed and cannot be, or does not answer.
 */
export async function startMoto() {
  const [command, ...args] = motoCommand()
  const port = await freePort()
  const child = spawn(command, [...args, '-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-2000)))
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    child.kill()
    await exited
  }
  for (let second = 0; second < STARTS_WITHIN_SECONDS && child.exitCode === null; second += 1) {
    // Refused connections until it listens.
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined)
    if (answer?.ok) return { url, stop }
    await sleep(1000)
  }
  await stop()
  throw new Error(`moto did not start: ${said}`)
}
