/** `npx pnpm test`: type-checks, lints, looks for what is unused, and runs all tests; says at the end what failed and how long each part took. The build has run before. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { VITEST_RUN } from './vitest-run.mjs'

mkdirSync('.reports', { recursive: true })

const steps = [
  ['types', ['node', 'scripts/typecheck.mjs']],
  ['lint', ['oxlint', '--deny-warnings']],
  ['format', ['oxfmt', '--check', '.']],
  ['unused exports and dependencies', ['knip', '--no-config-hints']],
  ['import directions', ['node', 'scripts/check-imports.mjs']],
  [
    'tests',
    [
      'node',
      ...VITEST_RUN,
      '--reporter=./scripts/slowest.mjs',
      '--reporter=json',
      '--outputFile.json=.reports/vitest.json',
    ],
  ],
]
const failed = []
const times = []
for (const [name, [command, ...args]] of steps) {
  console.log(`== ${name}`)
  const start = performance.now()
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  times.push(`${name} ${Math.round((performance.now() - start) / 1000)} s`)
  if (status !== 0) failed.push(name)
}
// The tests count themselves.
const checks = steps.filter(([name]) => !name.endsWith('tests'))
const failedChecks = checks.filter(([name]) => failed.includes(name)).length
const report = { passed: checks.length - failedChecks, failed: failedChecks }
writeFileSync('.reports/checks.json', JSON.stringify(report))
console.log(`\n${times.join(', ')}`)
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`)
  process.exit(1)
}
