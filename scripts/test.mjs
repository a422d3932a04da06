/**
 * `npx pnpm test`: type-checks, lints, looks for what is unused, and runs the tests; says at the end what failed and how long
 * each part took. What is green prints nothing, what is red all that it has to say. The build has run before.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { countsOf } from './ci/failures.mjs'
import { VITEST_RUN } from './vitest-run.mjs'

const CHECKS = {
  types: ['node', 'scripts/typecheck.mjs'],
  lint: ['oxlint', '--deny-warnings'],
  format: ['oxfmt', '--check', '.'],
  'unused exports and dependencies': ['knip', '--no-config-hints'],
  'import directions': ['node', 'scripts/check-imports.mjs'],
}
const REPORT = '.reports/vitest.json'
/** Other majors of Nest, whole suites each, are as slow as all others together: `npx pnpm test:matrix` runs them on two versions of Node. */
const OF_THE_MATRIX = '--project=!nest1*'
const TESTS = [
  ...VITEST_RUN,
  OF_THE_MATRIX,
  '--reporter=./scripts/slowest.mjs',
  '--reporter=json',
  `--outputFile.json=${REPORT}`,
]

mkdirSync('.reports', { recursive: true })
rmSync(REPORT, { force: true })
const times = []
const failed = []

/** @returns {string | undefined} what a step that failed has printed, unless it printed it itself. */
function run(name, [command, ...args], options) {
  const start = performance.now()
  const { status, error, stdout, stderr } = spawnSync(command, args, options)
  times.push(`${name} ${Math.round((performance.now() - start) / 1000)} s`)
  if (status === 0) return undefined
  failed.push(name)
  return `${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`
}

const failures = []
for (const [name, command] of Object.entries(CHECKS)) {
  const output = run(name, command, { encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (output === undefined) continue
  console.error(`== ${name}\n${output}`)
  failures.push(`${name}\n${output}`)
}
const passed = Object.keys(CHECKS).length - failures.length
const isRed = run('tests', ['node', ...TESTS], { stdio: 'inherit' }) !== undefined
// The tests count themselves, but for what goes wrong outside of any.
const counted = existsSync(REPORT) ? countsOf(JSON.parse(readFileSync(REPORT, 'utf8'))).failed : 0
if (isRed && counted === 0) failures.push('tests: an error outside of any test')
writeFileSync('.reports/checks.json', JSON.stringify({ passed, failed: failures.length, failures }))

console.log(`\n${times.join(', ')}`)
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`)
  process.exit(1)
}
