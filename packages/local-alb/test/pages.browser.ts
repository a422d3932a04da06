import { mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'

// `npx pnpm test:browser` looks for one. Where there is none, these tests fail: they are a command of their own.
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

const DOCS = new URL('../docs/', import.meta.url).pathname
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync']

/** Greets; `/admin` is for a group. It reads the tokens without checking them, which no real app may do. */
function createApp(): Server {
  return createServer((req, res) => {
    const claims = (name: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(String(req.headers[name]).split('.')[1] ?? '', 'base64url').toString()) as Record<
        string,
        unknown
      >
    const groups = (claims('x-amzn-oidc-accesstoken')['cognito:groups'] ?? []) as string[]
    const isRefused = req.url === '/admin' && !groups.includes('admins')
    res.writeHead(isRefused ? 403 : 200, { 'content-type': 'text/html; charset=utf-8' })
    res.end(isRefused ? '<h1>Not for you</h1>' : `<h1>Hello ${String(claims('x-amzn-oidc-data')['email'])}</h1>`)
  })
}

describe('in a browser without JavaScript', () => {
  let app: Server
  let alb: LocalAlb
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    app = createApp()
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    const { port } = app.address() as { port: number }
    alb = await startLocalAlb({ target: `http://127.0.0.1:${port}`, port: 0 })
    browser = await chromium.launch({ executablePath, args: FLAGS })
    page = await browser.newPage({ javaScriptEnabled: false, viewport: { width: 900, height: 640 } })
    mkdirSync(DOCS, { recursive: true })
  })

  afterAll(async () => {
    await browser.close()
    await alb.stop()
    app.closeAllConnections()
    app.close()
  })

  const heading = async (): Promise<string | null> => await page.textContent('h1')

  test('a person signs in by keyboard alone, and is greeted', async () => {
    await page.goto(`${alb.url}/`)
    await page.screenshot({ path: `${DOCS}sign-in.png` })
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${alb.url}/`)
    expect(await heading()).toBe('Hello dev@example.com')
  })

  test('is refused on the page of a group', async () => {
    const response = await page.goto(`${alb.url}/admin`)
    expect(response?.status()).toBe(403)
    expect(await heading()).toBe('Not for you')
  })

  test('sees on the status page what was sent', async () => {
    await page.goto(`${alb.url}/_local-alb`)
    expect(await page.textContent('main')).toContain('Signed in as Dev Eloper')
    expect(await page.textContent('pre')).toContain('cognito:groups')
    await page.screenshot({ path: `${DOCS}status.png` })
  })

  test('sets a fault and takes it back', async () => {
    await page.click('button[value=missing_data]')
    expect(await page.textContent('button[aria-pressed=true]')).toContain('missing_data')
    await page.click('button[value=""]')
    expect(await page.$('button[aria-pressed=true]')).toBeNull()
  })

  test('signs out and switches to somebody who is typed in', async () => {
    await page.click('text=Sign out')
    expect(await page.textContent('main')).toContain('Nobody is signed in')
    await page.setViewportSize({ width: 390, height: 780 })
    await page.goto(`${alb.url}/admin`)
    await page.click('summary')
    await page.fill('#email', 'new@example.com')
    await page.fill('#groups', 'admins')
    await page.screenshot({ path: `${DOCS}sign-in-phone.png` })
    await page.click('text="Sign in"')
    await page.waitForURL(`${alb.url}/admin`)
    expect(await heading()).toBe('Hello new@example.com')
  })

  test('no page is wider than a phone', async () => {
    for (const path of ['/_local-alb', '/_local-alb/nothing']) {
      await page.goto(alb.url + path)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    }
  })
})
