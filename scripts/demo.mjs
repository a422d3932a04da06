/**
 * `npx pnpm demo`: the example apps behind local load balancers. `--only express,koa` starts those; `--check` asks each what a
 * person would, compares, and attacks each.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { APPS } from './demo-apps.mjs'
import { attackAll } from './demo-attack.mjs'
import { checkApp } from './demo-check.mjs'
import { secondsSinceTyped } from './demo/clock.mjs'
import { parseDemoArgs, portOrAny } from './demo-options.mjs'
import { startExample } from './demo-start.mjs'
import { table } from './demo-table.mjs'
import { freePorts } from './free-port.mjs'

const root = new URL('..', import.meta.url)

/** The gateway listens before the app behind it does. */
async function untilReady({ appUrl }) {
  for (let tries = 0; tries < 300; tries += 1) {
    if ((await fetch(`${appUrl}/_cognito-auth/ready`)).ok) return
    await sleep(200)
  }
}

async function start(app, appPort, isCheck) {
  const { name, port, isGateway } = app
  const users = JSON.parse(await readFile(new URL(`examples/${name}/users.json`, root), 'utf8'))
  const alb = await startExample(app, { appPort, users, port: isCheck ? 0 : await portOrAny(port) })
  if (isGateway) await untilReady(alb)
  return { name, alb }
}

async function stopAll(running) {
  await Promise.all(running.map(({ alb }) => alb.stop()))
}

/** A signal while the apps are still starting must not leave any of them behind. */
const asked = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.once(signal, () => resolve(signal))
})

const running = []

/**
 * Functions first, since this process has their environment while they are imported; then programs, all at once: each waits
 * for a process more than it works.
 *
 * @returns whether all of them run: `false` after a signal.
 */
async function startAll(apps, isCheck) {
  const ports = await freePorts(apps.length)
  const startThose = (areFunctions) =>
    Promise.allSettled(
      apps.map((app, index) =>
        (app.lambda !== undefined) === areFunctions ? start(app, ports[index], isCheck) : undefined,
      ),
    )
  const starting = startThose(true).then(async (functions) => {
    const programs = await startThose(false)
    return functions.map((one, index) => (apps[index].lambda === undefined ? programs[index] : one))
  })
  const settled = await Promise.race([starting, asked])
  if (typeof settled === 'string') return false
  // In the order of the table, whichever was first.
  running.push(...settled.filter(({ status }) => status === 'fulfilled').map(({ value }) => value))
  const failure = settled.find(({ status }) => status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return true
}

async function check() {
  const rows = []
  for (const { name, alb } of running) rows.push(...(await checkApp(name, { base: alb.url, appUrl: alb.appUrl })))
  const shown = rows.map((row) => ({ ...row, '': row.ok ? 'ok' : 'WRONG' }))
  console.log(table(['app', 'user', 'path', 'expected', 'got', ''], shown))
  const attacked = await attackAll(running)
  console.log(`\n${table(['app', 'attacks', 'passed', 'not passed'], attacked)}`)
  const failures = [
    ...rows
      .filter((row) => !row.ok)
      .map((row) => `${row.app}, ${row.user} ${row.path}: ${row.got}, expected ${row.expected}`),
    ...attacked.filter((row) => !row.ok).map((row) => `${row.app}, attacks: ${row['not passed']}`),
  ]
  const failed = failures.length
  const passed = rows.length + attacked.length - failed
  console.log(`\ndemo: ${passed} passed, ${failed} failed`)
  await mkdir(new URL('.reports', root), { recursive: true })
  await writeFile(new URL('.reports/demo.json', root), JSON.stringify({ passed, failed, failures }))
  process.exitCode = failed === 0 ? 0 : 1
}

function tell() {
  const apps = running.map(({ name, alb }) => ({ app: name, open: alb.url, 'what was sent': `${alb.url}/_local-alb` }))
  const users = [
    { user: 'Ada', is: 'an admin', '/': 'allowed', '/reports': 'allowed' },
    { user: 'Dev', is: 'a developer', '/': 'allowed', '/reports': 'denied (403)' },
    {
      user: 'Guest',
      is: 'in no group that the rules name',
      '/': 'denied (403), and can sign out',
      '/reports': 'denied',
    },
    { user: '(no session)', is: '', '/': 'sent to sign in', '/reports': 'sent to sign in' },
  ]
  const [{ alb }] = running
  const { seconds, isWhole } = secondsSinceTyped()
  console.log(`
${table(['app', 'open', 'what was sent'], apps)}

${table(['user', 'is', '/', '/reports'], users)}

  Past the load balancer, without tokens: 401
  curl -i ${alb.appUrl}/

  Ready in ${seconds.toFixed(1)} s${isWhole ? '' : ', npx and the build not counted'}. Ctrl-C stops everything.`)
}

try {
  const { isCheck, apps: wanted } = parseDemoArgs(process.argv.slice(2), APPS)
  const apps = wanted.filter((app) => app.isGateway !== true || app.isBuilt())
  const missing = wanted.filter((app) => !apps.includes(app)).map(({ name }) => name)
  if (missing.length > 0) console.log(`skipped, since python3 does not have them: ${missing.join(', ')}`)
  if (!(await startAll(apps, isCheck))) {
    // Apps that are just starting end with this process.
    process.exit(130)
  }
  if (isCheck) await check()
  else if (running.length > 0) {
    tell()
    await asked
  }
} catch (error) {
  // A flag that there is not, or an app that does not start, is a sentence, not a stack.
  const isTold =
    error?.name === 'LocalAlbError' ||
    error?.code?.startsWith('ERR_PARSE_ARGS') ||
    error?.message?.startsWith('Unknown app')
  if (!isTold) throw error
  console.error(`demo: ${error.message}`)
  process.exitCode = 1
} finally {
  await stopAll(running)
}
