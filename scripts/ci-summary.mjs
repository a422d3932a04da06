/** Adds up what the runners counted: vitest's JSON and the demo's. Prints `N passed, N failed` alone on the last line. */
import { existsSync, readFileSync } from 'node:fs'

const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined)
const vitest = read('.reports/vitest.json')
const demo = read('.reports/demo.json')

// A runner that left no report did not run: that is a failure, not nothing.
const passed = (vitest?.numPassedTests ?? 0) + (demo?.passed ?? 0)
const failed = (vitest?.numFailedTests ?? 1) + (demo?.failed ?? 1)
const skipped = vitest?.numPendingTests ?? 0
if (skipped > 0) console.log(`(${skipped} skipped)`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
