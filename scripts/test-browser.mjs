/**
 * `npx pnpm test:browser`: the pages of the local load balancer and the example apps, in the system's Chromium, counted in `.reports/browser.json`.
 *
 * With `--install`, Chromium is installed with apt-get where it is missing. Without it and without Chromium, this fails:
 * who asks for the browser tests wants them run.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium, installChromium } from './chromium.mjs'
import { RETRIES } from './vitest-run.mjs'

const problem = findChromium() === undefined && process.argv.includes('--install') ? installChromium() : undefined
const chromium = findChromium()
if (chromium === undefined) {
  console.error(`browser tests: there is no Chromium${problem ? `, and ${problem}` : '. apt-get install chromium'}`)
  process.exit(1)
}
mkdirSync('.reports', { recursive: true })
const env = { ...process.env, CHROMIUM_PATH: chromium }

/** Pages of the local load balancer; the example apps. One after the other: a browser keeps two cores busy. */
const SUITES = ['@cognito-auth/local-alb', 'browser-tests']

const counts = { passed: 0, failed: 0 }
for (const [index, suite] of SUITES.entries()) {
  const file = join(process.cwd(), `.reports/browser-${index}.json`)
  rmSync(file, { force: true })
  const args = ['--filter', suite, 'run', 'test:browser', ...RETRIES, '--reporter=minimal', '--reporter=json']
  const { status } = spawnSync('npx', ['--yes', 'pnpm', ...args, `--outputFile.json=${file}`], {
    stdio: 'inherit',
    env,
  })
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { numPassedTests: 0, numFailedTests: 0 }
  counts.passed += report.numPassedTests
  // A suite that could not be loaded has no test in it that failed.
  counts.failed += Math.max(report.numFailedTests, status === 0 ? 0 : 1)
}
writeFileSync('.reports/browser.json', JSON.stringify(counts))
console.log(`browser: ${counts.passed} passed, ${counts.failed} failed`)
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1)
