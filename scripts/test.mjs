/** `npx pnpm test`: type-checks, lints, looks for what is unused, and runs all tests; says at the end what failed. The build has run before. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { findChromium } from './chromium.mjs'
import { VITEST_RUN } from './vitest-run.mjs'

mkdirSync('.reports', { recursive: true })

const steps = [
  // Only that: to build again meanwhile would take the declarations away under the compiler.
  ['types', ['turbo', 'run', 'typecheck', '--only', '--output-logs=errors-only']],
  ['lint', ['oxlint', '--deny-warnings']],
  ['format', ['oxfmt', '--check', '.']],
  ['unused exports and dependencies', ['knip', '--no-config-hints']],
  ['import directions', ['node', 'scripts/check-imports.mjs']],
  [
    'tests',
    ['vitest', ...VITEST_RUN, '--reporter=default', '--reporter=json', '--outputFile.json=.reports/vitest.json'],
  ],
]
if (findChromium() === undefined)
  console.log('skipped: the browser tests, since there is no Chromium here (apt-get install chromium)')
else steps.push(['browser tests', ['node', 'scripts/test-browser.mjs']])

const failed = []
for (const [name, [command, ...args]] of steps) {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) failed.push(name)
}
// The tests count themselves.
const checks = steps.filter(([name]) => !name.endsWith('tests'))
const failedChecks = checks.filter(([name]) => failed.includes(name)).length
const report = { passed: checks.length - failedChecks, failed: failedChecks }
writeFileSync('.reports/checks.json', JSON.stringify(report))
if (failed.length > 0) {
  console.error(`\nfailed: ${failed.join(', ')}`)
  process.exit(1)
}
