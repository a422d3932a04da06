/**
 * `npx pnpm test:python`: Streamlit, Dash, FastAPI and Gradio of PyPI behind the gateway, in Chromium, counted in
 * `.reports/python.json`. They are installed into an environment of their own, `.tmp/python`. Where there is no Python, no
 * PyPI or no Chromium, it says so and skips.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { pythonPackages } from './python-packages.mjs'
import { RETRIES } from './vitest-run.mjs'

const PACKAGES = ['streamlit==1.67.*', 'dash==4.4.*', 'fastapi', 'uvicorn[standard]', 'gradio==6.31.*']
const MODULES = ['streamlit', 'dash', 'fastapi', 'uvicorn', 'gradio']

mkdirSync('.reports', { recursive: true })
const report = (counts) => writeFileSync('.reports/python.json', JSON.stringify(counts))

/** @returns why the apps cannot be run here; or the folder with the programs of Python. */
function python() {
  if (findChromium() === undefined) return { problem: 'there is no Chromium here (npx pnpm test:browser --install)' }
  return pythonPackages({ name: 'python', packages: PACKAGES, modules: MODULES })
}

const { problem: reason, bin } = python()
if (reason !== undefined) {
  console.log(`skipped: Python apps behind the gateway, since ${reason}`)
  report({ passed: 0, failed: 0 })
  process.exit(0)
}
const file = join(process.cwd(), '.reports/python-vitest.json')
rmSync(file, { force: true })
const args = ['--filter', '@cognito-auth/gateway', 'exec', 'vitest', 'run', '--config', 'vitest.python.config.ts']
const reporters = ['--reporter=minimal', '--reporter=json', `--outputFile.json=${file}`]
const { status } = spawnSync('npx', ['--yes', 'pnpm', ...args, ...RETRIES, ...reporters], {
  stdio: 'inherit',
  env: { ...process.env, PYTHON_BIN: bin, CHROMIUM_PATH: findChromium() },
})
const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { numPassedTests: 0, numFailedTests: 0 }
const failed = Math.max(counts.numFailedTests, status === 0 ? 0 : 1)
report({ passed: counts.numPassedTests, failed })
console.log(`python: ${counts.numPassedTests} passed, ${failed} failed`)
process.exit(failed === 0 && counts.numPassedTests > 0 ? 0 : 1)
