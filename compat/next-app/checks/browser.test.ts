/** What people do, in Chromium. */
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NextApp, startNext } from './next-server.js'

const INTERRUPTS = process.env['AUTH_INTERRUPTS'] === 'on'

let browser: Browser

beforeAll(async () => {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
})

afterAll(async () => await browser?.close())

describe.each(['built', 'in development'] as const)('in a browser, %s', (mode) => {
  let app: NextApp

  beforeAll(async () => {
    app = await startNext(mode, { COGNITO_AUTH_SIGN_OUT_PATH: '/sign-out' })
  })

  afterAll(async () => await app.stop())

  async function pageOf(who: string): Promise<Page> {
    const context = await browser.newContext()
    await context.addCookies([...app.alb.signIn(who).cookies])
    const page = await context.newPage()
    // A page is compiled when it is first asked for, in development.
    page.setDefaultTimeout(120_000)
    return page
  }

  test('a layout, parallel routes, a route handler and a static page are shown to whom the rules allow', async () => {
    const page = await pageOf('dev@example.com')
    await page.goto(`${app.alb.url}/guarded/below`)
    await page.getByText('Layout of dev@example.com').waitFor()
    await page.getByRole('heading', { name: 'Page of dev@example.com' }).waitFor()
    await page.goto(`${app.alb.url}/board`)
    for (const slot of ['Board', 'team', 'stats']) await page.getByText(`${slot} of dev@example.com`).waitFor()
    expect(await page.evaluate(async () => await (await fetch('/api/me')).json())).toEqual({ email: 'dev@example.com' })
    await page.goto(`${app.alb.url}/plain-static`)
    await page.getByRole('heading', { name: 'Static secret' }).waitFor()
  })

  test('pages are moved between without loading them anew, and prefetched', async () => {
    const page = await pageOf('ada@example.com')
    await page.goto(app.alb.url)
    await page.evaluate(() => void Object.assign(globalThis, { stayed: true }))
    await page.getByRole('link', { name: 'Links' }).click()
    await page.getByRole('heading', { name: 'Links of ada@example.com' }).waitFor()
    await page.getByRole('link', { name: 'Home' }).click()
    await page.getByRole('heading', { name: 'Home of ada@example.com' }).waitFor()
    await page.getByRole('link', { name: 'Admins' }).click()
    await page.getByRole('heading', { name: 'Admins, ada@example.com' }).waitFor()
    expect(await page.evaluate(() => (globalThis as { stayed?: boolean }).stayed)).toBe(true)
  })

  test('actions run as who is signed in, and refuse by themselves', async () => {
    const ada = await pageOf('ada@example.com')
    await ada.goto(`${app.alb.url}/actions`)
    await ada.click('#who')
    await ada.getByText('ada@example.com', { exact: true }).waitFor()
    await ada.click('#destroy')
    await ada.getByText('destroyed by ada@example.com').waitFor()
    const dev = await pageOf('dev@example.com')
    await dev.goto(`${app.alb.url}/actions`)
    const answer = dev.waitForResponse((response) => response.request().method() === 'POST')
    await dev.click('#destroy')
    expect((await answer).status()).toBe(INTERRUPTS ? 403 : 500)
    expect(await dev.content()).not.toContain('destroyed')
  })

  test('a page that refuses shows the error page of its route', async () => {
    const page = await pageOf('dev@example.com')
    await page.goto(app.alb.url)
    await page.getByRole('link', { name: 'Admins' }).click()
    const shown = page.getByText(INTERRUPTS ? '403' : 'Refused: COGNITO_AUTH_access_denied').first()
    await shown.waitFor()
    expect(await shown.isVisible()).toBe(true)
  })

  test('a person whom the rules deny is told who they are, and signs out', async () => {
    const page = await pageOf('guest@example.com')
    const response = await page.goto(app.alb.url)
    expect(response?.status()).toBe(403)
    await page.getByText('guest@example.com').waitFor()
    await page.locator('a[href="/sign-out"]').click()
    await page.waitForLoadState()
    const cookies = await page.context().cookies(app.alb.url)
    expect(cookies.filter(({ name }) => name.startsWith('AWSELBAuthSessionCookie'))).toEqual([])
  })

  test('whose session ends while they look is sent to sign in by the next click, and sees nothing', async () => {
    const page = await pageOf('ada@example.com')
    await page.goto(`${app.alb.url}/links`)
    await page.context().clearCookies()
    await page.goto(app.alb.url)
    expect(await page.content()).not.toContain('Home of')
  })
})
