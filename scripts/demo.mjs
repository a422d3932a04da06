/** `npx pnpm demo`: the example apps behind local load balancers; with `--check`, without a person. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { startLocalAlb } from '../packages/local-alb/dist/index.mjs'
import { APPS } from './demo-apps.mjs'
import { checkApp } from './demo-check.mjs'

const isCheck = process.argv.includes('--check')
const root = new URL('..', import.meta.url)

async function start({ name, port, command }) {
  const folder = new URL(`examples/${name}/`, root)
  const users = JSON.parse(await readFile(new URL('users.json', folder), 'utf8'))
  // The app reads its config from its own folder, as it would in production.
  process.chdir(fileURLToPath(folder))
  process.env.COGNITO_AUTH_CONFIG_PATH = fileURLToPath(new URL('auth-config.json', folder))
  const alb = await startLocalAlb({ command, users, port: isCheck ? 0 : port })
  return { name, alb }
}

async function stopAll(running) {
  await Promise.all(running.map(({ alb }) => alb.stop()))
}

function printTable(rows) {
  const columns = ['app', 'user', 'path', 'expected', 'got']
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => row[column].length)))
  const line = (cells) => cells.map((cell, index) => cell.padEnd(widths[index])).join('  ')
  console.log(line(columns))
  for (const row of rows) console.log(`${line(columns.map((column) => row[column]))}  ${row.ok ? 'ok' : 'WRONG'}`)
}

/** Somebody who asks while the apps are still starting must not leave any of them behind. */
const asked = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.once(signal, () => resolve(signal))
})

const running = []

/** @returns whether all of them run: `false` when somebody has asked to stop. */
async function startAll() {
  for (const app of APPS) {
    const started = start(app)
    const first = await Promise.race([started, asked])
    if (typeof first === 'string') return false
    running.push(first)
  }
  return true
}

try {
  if (!(await startAll())) {
    // The app that is just starting ends with this process.
    await stopAll(running)
    process.exit(130)
  }
  if (isCheck) {
    const rows = []
    for (const { name, alb } of running) rows.push(...(await checkApp(name, { base: alb.url, appUrl: alb.appUrl })))
    printTable(rows)
    const failed = rows.filter((row) => !row.ok).length
    console.log(`\ndemo: ${rows.length - failed} passed, ${failed} failed`)
    await mkdir(new URL('.reports', root), { recursive: true })
    await writeFile(new URL('.reports/demo.json', root), JSON.stringify({ passed: rows.length - failed, failed }))
    process.exitCode = failed === 0 ? 0 : 1
  } else {
    for (const { name, alb } of running)
      console.log(`\n${name}: ${alb.url}  (the load balancer's own page: ${alb.url}/_local-alb)`)
    console.log(`
Try:
  - open it, sign in as Ada (admin), Dev (developer) or Guest (not allowed in), and follow the links
  - curl -i ${running[0].alb.url}/            a request without a session is sent to sign in
  - curl -i ${running[0].alb.appUrl}/            straight to the app, past the load balancer: 401
Ctrl-C stops everything.`)
    await asked
  }
} catch (error) {
  // A port in use or an app that does not start is a sentence, not a stack.
  if (error?.name !== 'LocalAlbError') throw error
  console.error(`demo: ${error.message}`)
  process.exitCode = 1
} finally {
  await stopAll(running)
}
