/**
 * Streamlit, Dash, FastAPI and Gradio of PyPI behind the local load balancer and the gateway, in Chromium. The command that
 * runs this names the folder with the programs of Python in `PYTHON_BIN`.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { accepts, freePort } from '@cognito-auth/http-kit/ports'
import { type LocalAlb, startLocalAlb } from '@cognito-auth/local-alb'
import { type Browser, type BrowserContext, chromium, type Page, type WebSocket } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

const BIN = process.env['PYTHON_BIN'] ?? ''
const APPS = join(import.meta.dirname, 'apps')
const GATEWAY = join(import.meta.dirname, '..', 'dist', 'cli.mjs')
/** Access tokens last this long here: long enough to look around, short enough to wait for. */
const ACCESS_TOKEN_SECONDS = 20
const UPLOAD_BYTES = 100 * 1024 * 1024
const USERS = [
  { email: 'ada@example.com', name: 'Ada Lovelace', groups: ['developers'] },
  { email: 'guest@example.com', name: 'Guest', groups: ['guests'] },
]

interface Framework {
  readonly name: string
  readonly command: readonly string[]
  /** Keeps a WebSocket open. The others ask anew each time. */
  readonly hasWebSocket: boolean
  /** Has an input for files; where not, the page uploads by script. */
  readonly hasFileInput: boolean
}

const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'Streamlit',
    command: [
      'streamlit',
      'run',
      'streamlit_app.py',
      '--server.headless=true',
      '--browser.gatherUsageStats=false',
      '--server.trustedUserHeaders={"x-auth-request-email":"email"}',
    ],
    hasWebSocket: true,
    hasFileInput: true,
  },
  { name: 'FastAPI', command: ['uvicorn', 'fastapi_app:app'], hasWebSocket: true, hasFileInput: true },
  { name: 'Dash', command: ['python', 'dash_app.py'], hasWebSocket: false, hasFileInput: false },
  { name: 'Gradio', command: ['python', 'gradio_app.py'], hasWebSocket: false, hasFileInput: true },
]

const folder = mkdtempSync(join(tmpdir(), 'gateway-python-'))
const upload = join(folder, 'upload.bin')
const config = join(folder, 'auth-config.json')
/** What the gateway says, for whoever looks for what failed. */
const words = join(folder, 'gateway.log')
const allow = (group: string): void => writeFileSync(config, JSON.stringify({ allowed_groups: [group] }))
let browser: Browser

beforeAll(async () => {
  writeFileSync(upload, '')
  truncateSync(upload, UPLOAD_BYTES)
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? 'chromium',
    args: ['--no-sandbox'],
  })
})

afterAll(async () => {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
})

afterEach(({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(readFileSync(words))
})

describe.each(FRAMEWORKS)('$name', ({ command: [program = '', ...args], hasWebSocket, hasFileInput }) => {
  let app: ChildProcess
  let appPort: number
  let alb: LocalAlb
  let context: BrowserContext
  let page: Page
  const sockets: WebSocket[] = []

  async function startApp(): Promise<void> {
    const port = String(appPort)
    const env = {
      ...process.env,
      PORT: port,
      STREAMLIT_SERVER_PORT: port,
      STREAMLIT_SERVER_ADDRESS: '127.0.0.1',
      GRADIO_SERVER_PORT: port,
      GRADIO_ANALYTICS_ENABLED: 'False',
      UVICORN_PORT: port,
    }
    app = spawn(join(BIN, program), args, { cwd: APPS, env, stdio: 'ignore' })
    const deadline = Date.now() + 90_000
    while (!(await accepts('127.0.0.1', appPort, 500)) && Date.now() < deadline) await sleep(200)
  }

  async function contextOf(email: string): Promise<BrowserContext> {
    const made = await browser.newContext()
    await made.addCookies([...alb.signIn(email).cookies])
    return made
  }

  beforeAll(async () => {
    allow('developers')
    appPort = await freePort()
    await startApp()
    process.env['COGNITO_AUTH_CONFIG_PATH'] = config
    process.env['COGNITO_AUTH_CONFIG_TTL'] = '1'
    alb = await startLocalAlb({
      command: [
        'sh',
        '-c',
        `exec '${process.execPath}' '${GATEWAY}' --listen 127.0.0.1:$PORT --sign-out-path /logout --upstream http://127.0.0.1:${appPort} 2>>'${words}'`,
      ],
      port: 0,
      users: USERS,
      accessTokenSeconds: ACCESS_TOKEN_SECONDS,
    })
    context = await contextOf('ada@example.com')
    page = await context.newPage()
    page.on('websocket', (socket) => sockets.push(socket))
    await page.goto(alb.url)
  })

  afterAll(async () => {
    await context.close()
    await alb.stop()
    app.kill('SIGKILL')
  })

  async function count(expected: number): Promise<void> {
    await page.getByRole('button', { name: 'Count' }).click()
    await page.getByText(`count=${expected}`).waitFor({ timeout: 30_000 })
  }

  test('shows who is signed in, and keeps its state', async () => {
    await page.getByText('ada@example.com').waitFor({ timeout: 60_000 })
    await count(1)
    await count(2)
    expect(await page.getByText('count=2').count()).toBe(1)
  })

  test('a user whom the rules deny does not reach it, signs out, and comes back as another', async () => {
    const other = await contextOf('guest@example.com')
    const denied = await other.newPage()
    const answer = await denied.goto(alb.url)
    expect(answer?.status()).toBe(403)
    await denied.getByText('guest@example.com').waitFor()
    await denied.getByRole('link', { name: /sign out/i }).click()
    await denied.locator('form', { hasText: 'ada@example.com' }).getByRole('button').first().click()
    await denied.waitForURL(`${alb.url}/`)
    await denied.getByText('ada@example.com').waitFor({ timeout: 60_000 })
    await other.close()
  })

  /** Resolves once the access token has expired, and a WebSocket is back. */
  async function expiry(): Promise<void> {
    if (!hasWebSocket) return await page.waitForTimeout((ACCESS_TOKEN_SECONDS + 1) * 1000)
    const before = sockets.length
    const [socket] = sockets.filter((one) => !one.isClosed()).slice(-1)
    await socket?.waitForEvent('close', { timeout: (ACCESS_TOKEN_SECONDS + 15) * 1000 })
    await expect.poll(() => sockets.slice(before).some((one) => !one.isClosed()), { timeout: 30_000 }).toBe(true)
    await page.waitForTimeout(1000)
  }

  test('a WebSocket ends with the access token and comes back; the state is there afterwards', async () => {
    await expiry()
    await count(3)
    expect(await page.getByText('count=3').count()).toBe(1)
  })

  test('takes a file of 100 MB', async () => {
    if (hasFileInput) await page.locator('input[type=file]').first().setInputFiles(upload)
    else
      await page.evaluate(`fetch('/upload', { method: 'PUT', body: new Blob([new Uint8Array(${UPLOAD_BYTES})]) })
        .then((answer) => answer.text())
        .then((size) => document.body.append('bytes=' + size))`)
    await page.getByText(`bytes=${UPLOAD_BYTES}`).waitFor({ timeout: 120_000 })
    expect(await page.getByText(`bytes=${UPLOAD_BYTES}`).count()).toBeGreaterThan(0)
  })

  test('follows the config while it runs', async () => {
    const statusOf = async (): Promise<number> => (await context.request.get(alb.url)).status()
    allow('others')
    await expect.poll(statusOf, { timeout: 15_000, interval: 500 }).toBe(403)
    allow('developers')
    await expect.poll(statusOf, { timeout: 15_000, interval: 500 }).toBe(200)
  })

  test('killed, it is a page with 502; started again, it is back', async () => {
    app.kill('SIGKILL')
    await expect.poll(async () => (await page.goto(alb.url))?.status(), { timeout: 15_000 }).toBe(502)
    await page.getByText('upstream_unavailable').waitFor()
    await startApp()
    await expect.poll(async () => (await page.goto(alb.url))?.status(), { timeout: 60_000 }).toBe(200)
    await page.getByText('ada@example.com').waitFor({ timeout: 60_000 })
  })
})
