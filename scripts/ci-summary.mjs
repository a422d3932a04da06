/**
 * Adds up what the commands of `.ci/run` counted; prints `N passed, N failed` alone on the last line.
 *
 * Each command leaves `.reports/NAME.json`: vitest's own JSON, or `{ "passed": 1, "failed": 0 }`.
 */
import { existsSync, readFileSync } from 'node:fs'

/** Every command that must have left a report. One that left none did not run: that is a failure, not nothing. */
const REPORTS = [
  'checks',
  'vitest',
  'browser',
  'demo',
  'next',
  'aws',
  'proxies',
  'python',
  'packages',
  'create',
  'matrix',
  'bench',
  'docs',
]

let passed = 0
let failed = 0
let skipped = 0
for (const name of REPORTS) {
  const path = `.reports/${name}.json`
  const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { passed: 0, failed: 1 }
  const count = { passed: report.passed ?? report.numPassedTests, failed: report.failed ?? report.numFailedTests }
  // A suite that could not be loaded has no test in it that failed.
  const brokenSuites = count.failed === 0 ? (report.numFailedTestSuites ?? 0) : 0
  console.log(`${name}: ${count.passed} passed, ${count.failed + brokenSuites} failed`)
  passed += count.passed
  failed += count.failed + brokenSuites
  skipped += report.numPendingTests ?? 0
}
if (skipped > 0) console.log(`(${skipped} skipped)`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
