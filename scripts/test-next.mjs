/**
 * `npx pnpm test:next`: the adapter for Next.js in real apps, built once per version without any environment and started
 * as they are deployed, behind the local load balancer; in development, without `proxy.ts`, and with `cacheComponents`. `--only next16` tests
 * that version, `--no-build` goes by the last build. Counted in `.reports/next.json`.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findChromium } from './chromium.mjs'
import { RETRIES } from './vitest-run.mjs'

/** Refusals in components differ by `authInterrupts`: each version has it one way. */
const VERSIONS = [
  { name: 'next15', interrupts: 'on', hasCacheComponents: false },
  { name: 'next16', interrupts: 'off', hasCacheComponents: true },
]

const { values } = parseArgs({ options: { only: { type: 'string' }, 'no-build': { type: 'boolean' } } })
const root = fileURLToPath(new URL('..', import.meta.url))
const chromium = findChromium()
if (chromium === undefined)
  console.log('next: the tests in a browser are skipped, there is no Chromium. apt-get install chromium')

function run(cwd, args, env) {
  // The environment of a build server: nothing that the adapter could read.
  const bare = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:COGNITO_AUTH_|NODE_ENV)/.test(name)),
  )
  const { status } = spawnSync(process.execPath, args, {
    cwd,
    stdio: 'inherit',
    env: { ...bare, NEXT_TELEMETRY_DISABLED: '1', ...env },
  })
  return status === 0
}

/** What each version has besides the app: `proxy.ts`, or `middleware.ts`. */
const OF_PROXY = ['proxy.ts', 'middleware.ts']

/** Another copy of the app below the folder of the version, whose packages it finds. */
function copyApp(folder, name, { source = 'next-app', hasProxy }) {
  const copy = `${folder}/${name}`
  rmSync(copy, { recursive: true, force: true })
  for (const part of ['app', 'next.config.mjs']) {
    const own = `${root}compat/${source}/${part}`
    cpSync(existsSync(own) ? own : `${folder}/${part}`, `${copy}/${part}`, { recursive: true })
  }
  const pages = `${root}compat/${source}/pages`
  if (existsSync(pages)) cpSync(pages, `${copy}/pages`, { recursive: true })
  for (const part of ['lib', 'instrumentation.ts'])
    cpSync(`${root}compat/next-app/${part}`, `${copy}/${part}`, { recursive: true })
  cpSync(`${folder}/tsconfig.json`, `${copy}/tsconfig.json`)
  if (!hasProxy) return
  for (const part of OF_PROXY) if (existsSync(`${folder}/${part}`)) cpSync(`${folder}/${part}`, `${copy}/${part}`)
}

/** Copies of the app by name, and whether they are built: each way to start it has its own. */
function copies(folder, hasCacheComponents) {
  copyApp(folder, '.dev', { hasProxy: true })
  copyApp(folder, '.bare-dev', { hasProxy: false })
  copyApp(folder, '.unsupported', { source: 'next-unsupported', hasProxy: false })
  copyApp(folder, '.edge', { source: 'next-unsupported', hasProxy: false })
  cpSync(`${root}compat/next-unsupported/middleware.ts`, `${folder}/.edge/middleware.ts`)
  if (values['no-build']) return []
  copyApp(folder, '.bare', { hasProxy: false })
  if (hasCacheComponents) copyApp(folder, '.cached', { source: 'next-cached', hasProxy: false })
  return ['.', '.bare', ...(hasCacheComponents ? ['.cached'] : [])]
}

function test({ name, interrupts, hasCacheComponents }) {
  const folder = `${root}compat/${name}`
  const env = { AUTH_INTERRUPTS: interrupts, NEXT_FOLDER: folder, ...(chromium && { CHROMIUM_PATH: chromium }) }
  for (const part of ['app', 'lib', 'checks']) rmSync(`${folder}/${part}`, { recursive: true, force: true })
  cpSync(`${root}compat/next-app`, folder, { recursive: true })
  for (const copy of copies(folder, hasCacheComponents)) {
    if (!run(`${folder}/${copy}`, [`${folder}/node_modules/next/dist/bin/next`, 'build'], env))
      return { passed: 0, failed: 1 }
  }
  const report = `${root}.reports/${name}.json`
  const args = [
    `${root}node_modules/vitest/vitest.mjs`,
    'run',
    ...RETRIES,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  if (chromium === undefined) args.push('--exclude', 'checks/browser.test.ts')
  if (!hasCacheComponents) args.push('--exclude', 'checks/cached.test.ts')
  run(folder, args, env)
  const { numPassedTests, numFailedTests, success } = JSON.parse(readFileSync(report, 'utf8'))
  return { passed: numPassedTests, failed: success ? numFailedTests : Math.max(1, numFailedTests) }
}

mkdirSync(`${root}.reports`, { recursive: true })
const chosen = VERSIONS.filter(({ name }) => values.only === undefined || name === values.only)
if (chosen.length === 0) throw new Error(`There is no ${values.only}: ${VERSIONS.map(({ name }) => name).join(', ')}`)
const results = chosen.map(test)
const passed = results.reduce((sum, one) => sum + one.passed, 0)
const failed = results.reduce((sum, one) => sum + one.failed, 0)
console.log(`next: ${passed} passed, ${failed} failed`)
writeFileSync(`${root}.reports/next.json`, JSON.stringify({ passed, failed }))
process.exitCode = failed === 0 ? 0 : 1
