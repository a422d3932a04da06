/** An app as `npm create @cognito-auth@latest` writes it, made, installed and tried from tarballs. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Browser, signIn } from '../demo-check.mjs'
import { freePort } from '../free-port.mjs'
import { run } from '../packages/run.mjs'

const NPM_INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']

/** Runs a program; @throws {Error} with what it printed when it fails. */
export async function must(command, args, options) {
  const { ok, output, stdout } = await run(command, args, options)
  if (!ok) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`)
  return stdout
}

/** Lets a project take packages of ours from tarballs: those that it names, and what they depend on. */
async function useTarballs(project, tarballs) {
  const path = join(project, 'package.json')
  const manifest = JSON.parse(await readFile(path, 'utf8'))
  const ours = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]))
  const named = []
  for (const kind of ['dependencies', 'devDependencies']) {
    for (const name of Object.keys(manifest[kind] ?? {})) {
      if (ours[name] === undefined) continue
      manifest[kind][name] = ours[name]
      named.push(name)
    }
  }
  manifest.overrides = Object.fromEntries(
    Object.keys(ours).map((name) => [name, named.includes(name) ? `$${name}` : ours[name]]),
  )
  await writeFile(path, JSON.stringify(manifest, null, 2))
}

/** Installs a project, its packages of ours from tarballs, and those of Python where it has some. */
export async function install(project, tarballs, env) {
  await useTarballs(project, tarballs)
  await must('npm', NPM_INSTALL, { cwd: project, env })
  if (!existsSync(join(project, 'requirements.txt'))) return
  await must('python3', ['-m', 'venv', '.venv'], { cwd: project })
  await must('.venv/bin/pip', ['install', '--quiet', '-r', 'requirements.txt'], { cwd: project })
}

/**
 * Installs `@cognito-auth/create` from its tarball.
 *
 * @returns {Promise<string>} The command.
 */
export async function installCreate(folder, tarballs) {
  const project = join(folder, 'create')
  await mkdir(project)
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ private: true, dependencies: { '@cognito-auth/create': '*' } }),
  )
  await install(project, tarballs)
  return join(project, 'node_modules/.bin/create-cognito-auth')
}

/**
 * `npm run dev`, until it is stopped.
 *
 * @param {string} project
 * @param {{ seconds: number }} limit How long the first page may take.
 * @returns {Promise<{ base: string, seconds: number, stop: () => Promise<void> }>} `seconds`: until it answered.
 */
export async function startDev(project, { seconds }) {
  const port = await freePort()
  const base = `http://localhost:${port}`
  const begun = Date.now()
  // A group of its own: npm does not hand signals on.
  const child = spawn('npm', ['run', 'dev'], {
    cwd: project,
    env: { ...process.env, PORT: String(port), PATH: `${join(project, '.venv/bin')}:${process.env.PATH}` },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const closed = new Promise((resolve) => child.once('close', resolve))
  const stop = async () => {
    if (child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    await closed
  }
  try {
    while (!(await answers(base))) {
      if (child.exitCode !== null || Date.now() - begun > seconds * 1000) throw new Error('does not answer')
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  } catch (error) {
    await stop()
    throw new Error(`npm run dev: ${error.message}\n${output}`, { cause: error })
  }
  return { base, seconds: (Date.now() - begun) / 1000, stop, output: () => output }
}

/** Whether the app itself answers behind the load balancer: developers see the page. */
async function answers(base) {
  try {
    const browser = await signIn(base, 'dev@example.com')
    return (await browser.fetch(base)).status === 200
  } catch {
    return false
  }
}

/** What each person gets; the same in every template. */
const EXPECTED = {
  nobody: { '/': 302, '/admin': 302 },
  'dev@example.com': { '/': 200, '/admin': 403 },
  'ada@example.com': { '/': 200, '/admin': 200 },
  'guest@example.com': { '/': 403, '/admin': 403, '/logout': 200 }, // where to go on, since this is no navigation
}

/**
 * @param {string} base
 * @param {boolean} hasPaths Streamlit has one page, and shows it for every path.
 * @throws {Error} naming what was answered otherwise.
 */
export async function checkPeople(base, hasPaths) {
  for (const [person, expected] of Object.entries(EXPECTED)) {
    const browser = person === 'nobody' ? new Browser() : await signIn(base, person)
    for (const [path, status] of Object.entries(expected)) {
      if (path === '/admin' && !hasPaths) continue
      const response = await browser.fetch(base + path, { headers: { accept: 'text/html' } })
      const text = await response.text()
      if (response.status === status) continue
      throw new Error(`${person} gets ${response.status} at ${path}, not ${status}: ${text.slice(0, 300)}`)
    }
  }
}
