/**
 * Adds up what the commands of `.ci/run` counted. Prints what failed, so that the end of a log tells it, and
 * `N passed, N failed` alone on the last line.
 *
 * Each command leaves `.reports/NAME.json`: vitest's own JSON, or `{ "passed": 1, "failed": 1, "failures": ["what"] }`;
 * those of its parts lie beside it (`NAME-part.json`).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { countsOf, failuresOf, unsteadyOf } from './ci/failures.mjs'
import { REPORTS } from './ci/reports.mjs'

/** Failures that are printed: where everything fails, the first few tell why. */
const PRINTED = 20

const read = (file) => JSON.parse(readFileSync(`.reports/${file}`, 'utf8'))
const files = existsSync('.reports') ? readdirSync('.reports').filter((file) => file.endsWith('.json')) : []
const root = `${process.cwd()}/`
const failures = []
const unsteady = files.flatMap((file) => unsteadyOf(read(file), root).map((test) => `${file.slice(0, -5)}: ${test}`))
const sum = { passed: 0, failed: 0, skipped: 0 }
for (const name of REPORTS) {
  const hasReport = files.includes(`${name}.json`)
  const count = hasReport ? countsOf(read(`${name}.json`)) : { passed: 0, failed: 1, skipped: 0 }
  console.log(`${name}: ${count.passed} passed, ${count.failed} failed`)
  for (const key of Object.keys(sum)) sum[key] += count[key]
  if (!hasReport) failures.push(`${name}: left no report, so it did not come to its end`)
  if (!hasReport || count.failed === 0) continue
  const told = files
    .filter((file) => file.startsWith(name))
    .flatMap((file) => failuresOf(read(file), root).map((failure) => `${file.slice(0, -5)}: ${failure}`))
  failures.push(...(told.length > 0 ? told : [`${name}: its output above says what`]))
}
if (sum.skipped > 0) console.log(`(${sum.skipped} skipped)`)
if (unsteady.length > 0) console.log(`\nPassed only when run again:\n${unsteady.slice(0, PRINTED).join('\n')}`)
if (failures.length > 0) console.log(`\nFailed:\n${failures.slice(0, PRINTED).join('\n')}`)
if (failures.length > PRINTED) console.log(`and ${failures.length - PRINTED} more`)
console.log(`${sum.passed} passed, ${sum.failed} failed`)
process.exit(sum.failed === 0 && sum.passed > 0 ? 0 : 1)
