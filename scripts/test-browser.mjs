/**
 * `npx pnpm test:browser`: the browser tests, in the system's Chromium, counted in `.reports/browser.json`.
 *
 * With `--install`, Chromium is installed with apt-get where it is missing. Without it and without Chromium, this fails:
 * who asks for the browser tests wants them run. `npx pnpm test` asks first.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { findChromium, installChromium } from './chromium.mjs'

const problem = findChromium() === undefined && process.argv.includes('--install') ? installChromium() : undefined
const chromium = findChromium()
if (chromium === undefined) {
  console.error(`browser tests: there is no Chromium${problem ? `, and ${problem}` : '. apt-get install chromium'}`)
  process.exit(1)
}
mkdirSync('.reports', { recursive: true })
const args = ['--filter', '@cognito-auth/local-alb', 'run', 'test:browser', '--reporter=default', '--reporter=json']
const output = `--outputFile.json=${process.cwd()}/.reports/browser.json`
const env = { ...process.env, CHROMIUM_PATH: chromium }
process.exit(spawnSync('npx', ['--yes', 'pnpm', ...args, output], { stdio: 'inherit', env }).status ?? 1)
