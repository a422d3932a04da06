/**
 * `npx pnpm test:frameworks [NAME...]`: the recipes of `docs/web.md` in real apps: the code of the page beside what is in
 * `compat/frameworks/NAME`, installed from packed packages, type-checked, built without any environment, and started as
 * it is deployed, behind the local load balancer; on a Node that the frameworks need. Leaves `.reports/frameworks.json`.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLocalAlb } from '../packages/local-alb/dist/index.mjs'
import { install, must } from './create/app.mjs'
import { APPS } from './frameworks/apps.mjs'
import { CHECKS } from './frameworks/checks.mjs'
import { readRecipes } from './frameworks/recipes.mjs'
import { freePort } from './free-port.mjs'
import { environmentFor, getNodes } from './packages/nodes.mjs'
import { run } from './packages/run.mjs'
import { pack } from './packages/tarballs.mjs'

const root = resolve('.')
const recipes = readRecipes()
const users = [
  { email: 'dev@example.com', name: 'Dev', groups: ['developers'] },
  { email: 'guest@example.com', name: 'Guest', groups: ['visitors'] },
]

let passed = 0
let failed = 0

async function step(what, work) {
  const begun = Date.now()
  try {
    await work()
    passed += 1
    console.log(`ok      ${what} (${((Date.now() - begun) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failed += 1
    console.error(`FAILED  ${what}\n${String(error.message).replaceAll(/^/gm, '    ')}`)
    throw error
  }
}

/** The app of `compat`, with the code of the page; what was installed before stays, and is fast to install again. */
function write(name, folder) {
  mkdirSync(folder, { recursive: true })
  for (const entry of readdirSync(folder)) {
    if (entry !== 'node_modules') rmSync(join(folder, entry), { recursive: true, force: true })
  }
  cpSync(join(root, 'compat/frameworks', name), folder, { recursive: true })
  const own = recipes.filter(({ framework }) => framework === name)
  if (own.length === 0) throw new Error(`docs/web.md has no recipe for ${name}`)
  for (const { file, code } of own) {
    const path = join(folder, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, code)
  }
}

/** The environment of a build server: nothing that the adapter could read. */
function bare(env, folder) {
  const ours = Object.keys(process.env).filter((name) => name.startsWith('COGNITO_AUTH_'))
  const path = `${join(folder, 'node_modules/.bin')}:${env.PATH ?? process.env.PATH}`
  return { ...env, ...Object.fromEntries(ours.map((name) => [name, undefined])), PATH: path, DO_NOT_TRACK: '1' }
}

async function start({ start: [program, ...args] }, folder, env) {
  const config = join(folder, 'auth-config.json')
  writeFileSync(config, '{ "allowed_groups": ["developers"] }')
  process.chdir(folder)
  const settings = { COGNITO_AUTH_CONFIG_PATH: config, COGNITO_AUTH_SIGN_OUT_PATH: '/sign-out', NODE_ENV: 'production' }
  const words = Object.entries({ ...settings, PATH: env.PATH }).map(([key, value]) => `${key}=${value}`)
  try {
    return await startLocalAlb({ command: ['env', ...words, program, ...args], users, port: 0, healthPath: '/health' })
  } finally {
    process.chdir(root)
  }
}

/** Without `COGNITO_AUTH_ALB_ARN` it does not start; where the framework leaves no place for that, it answers nobody. */
async function checkUnconfigured({ start: [program, ...args], isLazy }, folder, env) {
  const port = await freePort()
  const settings = { ...env, PORT: String(port), HOST: '127.0.0.1', NODE_ENV: 'production' }
  if (!isLazy) {
    const { ok, output } = await run(program, args, { cwd: folder, env: settings, seconds: 30 })
    if (ok || !/COGNITO_AUTH_ALB_ARN/.test(output)) throw new Error(`it started:\n${output}`)
    return
  }
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...settings } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  try {
    const { status, body } = await answerOf(`http://127.0.0.1:${port}/`)
    if (status !== 500 || body !== '') throw new Error(`it answers ${status}: ${body}`)
    if (!/COGNITO_AUTH_ALB_ARN/.test(output)) throw new Error(`its log does not say why:\n${output}`)
  } finally {
    child.kill('SIGKILL')
  }
}

/** The first answer of a server that is starting. */
async function answerOf(url) {
  for (let tries = 0; tries < 100; tries += 1) {
    const response = await fetch(url).catch(() => undefined)
    if (response !== undefined) return { status: response.status, body: await response.text() }
    await sleep(200)
  }
  throw new Error('no answer in 20 s')
}

async function checkApp(app, { tarballs, env: environment }) {
  const { name, sync, types, build } = app
  const folder = join(root, '.tmp/frameworks', name)
  const env = bare(environment, folder)
  const program = ([command, ...args]) => must(command, args, { cwd: folder, env })
  write(name, folder)
  await step(`${name}: install`, () => install(folder, tarballs, env))
  if (sync !== undefined) await step(`${name}: types of the framework`, () => program(sync))
  await step(`${name}: type check`, () => program(types))
  if (build !== undefined) await step(`${name}: build, without any environment`, () => program(build))
  await step(`${name}: does not start without its configuration`, () => checkUnconfigured(app, folder, env))
  let alb
  await step(`${name}: start`, async () => (alb = await start(app, folder, env)))
  try {
    for (const [what, check] of Object.entries(CHECKS)) {
      await step(`${name}: ${what}`, () =>
        check({ alb, page: app.page ?? '/', data: app.data ?? ['/nowhere'], actions: app.actions ?? [] }),
      )
    }
  } finally {
    await alb.stop()
  }
}

const named = process.argv.slice(2)
const apps = APPS.filter(({ name }) => named.length === 0 || named.includes(name))
if (apps.length === 0) throw new Error(`There is no ${named}: ${APPS.map(({ name }) => name).join(', ')}`)
const [node] = await getNodes(['22.23.3'])
const packed = await mkdtemp(join(tmpdir(), 'cognito-auth-frameworks-'))
try {
  const tarballs = []
  for (const name of ['core', 'web']) tarballs.push(await pack(name, packed))
  for (const app of apps) {
    // Told already; the other frameworks can still be tried.
    await checkApp(app, { tarballs, env: environmentFor(node) }).catch(() => {})
  }
} finally {
  await rm(packed, { recursive: true, force: true })
}
mkdirSync('.reports', { recursive: true })
writeFileSync('.reports/frameworks.json', JSON.stringify({ passed, failed }))
console.log(`frameworks: ${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
