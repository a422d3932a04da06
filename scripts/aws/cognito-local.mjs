/**
 * Starts cognito-local of npm, an emulator of Cognito that nobody here wrote, in a folder of its own: it brings 128 MB of
 * dependencies, which are needed for nothing else. It calls itself Cognito in the "iss" of its tokens.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.mjs'

const VERSION = '5.3.0'
const ROOT = fileURLToPath(new URL(`../../node_modules/.cache/cognito-local-${VERSION}`, import.meta.url))
const ISSUER_DOMAIN = 'https://cognito-idp.eu-west-2.amazonaws.com'
const STARTS_WITHIN_SECONDS = 60

function install() {
  if (existsSync(ROOT)) return
  console.log(`cognito-local: installing ${VERSION} (about 20 seconds, 128 MB) ...`)
  const unfinished = `${ROOT}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  const args = ['install', '--prefix', unfinished, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save']
  const { status, stderr } = spawnSync('npm', [...args, `cognito-local@${VERSION}`], { encoding: 'utf8' })
  if (status !== 0)
    throw new Error(`npm install cognito-local failed: ${stderr.trim().split('\n').slice(-5).join('\n')}`)
  renameSync(unfinished, ROOT)
}

/**
 * Starts it on a free port of this machine, without a user pool.
 *
 * @returns {Promise<{ url: string, issuerDomain: string, stop: () => Promise<void> }>}
 * @throws {Error} when it cannot be installed, or does not answer.
 */
export async function startCognitoLocal() {
  install()
  const folder = mkdtempSync(join(tmpdir(), 'cognito-local-'))
  mkdirSync(join(folder, '.cognito'))
  const config = { TokenConfig: { IssuerDomain: ISSUER_DOMAIN } }
  writeFileSync(join(folder, '.cognito/config.json'), JSON.stringify(config))
  const port = await freePort()
  const child = spawn(process.execPath, [join(ROOT, 'node_modules/cognito-local/lib/bin/start.js')], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-2000)))
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    child.kill()
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
  for (let second = 0; second < STARTS_WITHIN_SECONDS && child.exitCode === null; second += 1) {
    // Refused connections until it listens.
    const answer = await fetch(`${url}/health`).catch(() => undefined)
    if (answer?.ok) return { url, issuerDomain: ISSUER_DOMAIN, stop }
    await sleep(1000)
  }
  await stop()
  throw new Error(`cognito-local did not start: ${said}`)
}
