import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_USERS, type LocalAlb, startLocalAlb } from '../src/index.js'

// `npx pnpm test:browser` looks for one. Where there is none, these tests fail: they are a command of their own.
const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

const DOCS = fileURLToPath(new URL('../docs/', import.meta.url))
/** `pnpm run screenshots` keeps what is seen on the way, for the README. */
async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env['SCREENSHOTS'] === undefined) return
  mkdirSync(DOCS, { recursive: true })
  await page.screenshot({ path: `${DOCS}${name}.png`, fullPage: true })
}
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync']

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe calls a violation, as `rule: selector`. */
async function axeFindings(page: Page): Promise<string[]> {
  // Not addScriptTag(): the policy would, rightly, refuse it.
  await page.evaluate(await axeSource)
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown[] }[] }[] }> }
    }
    const { violations } = await axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
  })
}

/** Moves the focus by the Tab key alone until it is on what is called that. */
async function focusOn(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    if ((await focused.count()) > 0 && (await focused.textContent())?.includes(name)) return
  }
  throw new Error(`the Tab key does not lead to ${name}`)
}

/** Greets; `/admin` is for a group. It reads the tokens and checks but the signer, which no real app may do. */
function createApp(): Server {
  return createServer((req, res) => {
    const claims = (name: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(String(req.headers[name]).split('.')[1] ?? '', 'base64url').toString()) as Record<
        string,
        unknown
      >
    const [header = ''] = String(req.headers['x-amzn-oidc-data']).split('.')
    if (Buffer.from(header, 'base64url').toString().includes('app/somebody-elses/'))
      return void res.writeHead(401, { 'x-cognito-auth-reason': 'invalid_token/signer' }).end('Refused')
    const groups = (claims('x-amzn-oidc-accesstoken')['cognito:groups'] ?? []) as string[]
    const isRefused = req.url === '/admin' && !groups.includes('admins')
    res.writeHead(isRefused ? 403 : 200, { 'content-type': 'text/html; charset=utf-8' })
    res.end(isRefused ? '<h1>Not for you</h1>' : `<h1>Hello ${String(claims('x-amzn-oidc-data')['email'])}</h1>`)
  })
}

/** Pictures of the README. */
const KEPT = ['requests', 'requests-phone', 'request', 'users']

const TABS = ['', '/users', '/faults', '/attack', '/clock']

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
  })

  afterAll(async () => {
    await browser.close()
    await alb.stop()
    app.closeAllConnections()
    app.close()
  })

  /** Number of the latest request. */
  async function newest(): Promise<string> {
    const response = await fetch(`${alb.url}/_local-alb/api/requests`, { headers: { 'x-local-alb': '1' } })
    return ((await response.json()) as { requests: { id: string }[] }).requests[0]?.id ?? ''
  }

  const heading = async (): Promise<string | null> => await page.textContent('h1')

  test('a person signs in by keyboard alone, and is greeted', async () => {
    await page.goto(`${alb.url}/`)
    await screenshot(page, 'sign-in')
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

  test('sees beside a request what was sent', async () => {
    await page.goto(`${alb.url}/_local-alb`)
    expect(await page.textContent('main')).toContain('Signed in as Dev Eloper')
    await page.click('a:text-is("/admin")')
    expect(await page.textContent('main')).toContain('cognito:groups')
  })

  test('uses the console by keyboard alone: a fault, new keys, signing out', async () => {
    await page.goto(`${alb.url}/_local-alb/faults`)
    await focusOn(page, 'wrong_signer')
    await page.keyboard.press('Enter')
    await page.waitForSelector('button[aria-pressed=true]')
    expect(await page.textContent('[role=status]')).toContain('wrong_signer')
    await focusOn(page, 'Take the fault back')
    await page.keyboard.press('Enter')
    await page.waitForSelector('text=No fault is set')
    await focusOn(page, 'Rotate keys now')
    await page.keyboard.press('Space')
    await page.waitForSelector('text=The keys are new')
    await page.goto(`${alb.url}/_local-alb`)
    await focusOn(page, 'Sign out')
    await page.keyboard.press('Enter')
    await page.waitForSelector('text=No user is signed in')
  })

  test('types somebody in by keyboard alone', async () => {
    await page.goto(`${alb.url}/`)
    await focusOn(page, 'Somebody else')
    await page.keyboard.press('Enter')
    for (const typed of ['typed@example.com', 'Ty Ped', 'developers']) {
      await page.keyboard.press('Tab')
      await page.keyboard.type(typed)
    }
    await page.keyboard.press('Enter')
    await page.waitForURL(`${alb.url}/`)
    expect(await heading()).toBe('Hello typed@example.com')
  })

  test('sets a fault and takes it back', async () => {
    await page.goto(`${alb.url}/_local-alb/faults`)
    await page.click('button[value=missing_data]')
    expect(await page.textContent('button[aria-pressed=true]')).toContain('missing_data')
    await page.click('button[value=""]')
    expect(await page.$('button[aria-pressed=true]')).toBeNull()
  })

  test('signs out and switches to somebody who is typed in', async () => {
    await page.goto(`${alb.url}/_local-alb`)
    await page.click('text=Sign out')
    expect(await page.textContent('main')).toContain('No user is signed in')
    await page.setViewportSize({ width: 390, height: 780 })
    await page.goto(`${alb.url}/admin`)
    await page.click('summary')
    await page.fill('#email', 'new@example.com')
    await page.fill('#groups', 'admins')
    await screenshot(page, 'sign-in-phone')
    await page.click('text="Sign in"')
    await page.waitForURL(`${alb.url}/admin`)
    expect(await heading()).toBe('Hello new@example.com')
  })

  test('is told what is wrong with what was typed in, in the form', async () => {
    await page.goto(`${alb.url}/_local-alb`)
    await page.click('text=Sign out')
    await page.goto(`${alb.url}/`)
    await page.click('summary')
    // A browser lets this pass, and the load balancer does not.
    await page.fill('#email', 'a@b')
    await page.fill('#groups', 'admins')
    await page.click('text="Sign in"')
    expect(await page.textContent('[role=alert]')).toContain('must be an e-mail address')
    expect(await page.getAttribute('#email', 'aria-describedby')).toBe('problem')
    expect(await page.inputValue('#groups')).toBe('admins')
    await page.fill('#email', 'a@example.com')
    await page.click('text="Sign in"')
    await page.waitForURL(`${alb.url}/`)
    expect(await heading()).toBe('Hello a@example.com')
  })

  test('every field and button has a name, and every page one heading and a language', async () => {
    await page.goto(`${alb.url}/_local-alb/faults`)
    const signIn = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
    await signIn.goto(`${alb.url}/`)
    await signIn.click('summary')
    for (const one of [page, signIn]) {
      expect(await one.getByRole('heading', { level: 1 }).count()).toBe(1)
      expect(await one.getAttribute('html', 'lang')).toBe('en')
      for (const role of ['button', 'textbox'] as const) {
        const all = await one.getByRole(role).count()
        expect(await one.getByRole(role, { name: /\S/ }).count()).toBe(all)
      }
    }
    expect(await signIn.getByRole('textbox').count()).toBe(3)
    await signIn.context().close()
  })

  test('a session in shards is carried, and taken away, by a browser', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const { cookies } = alb.signIn({ email: 'large@example.com', name: 'x'.repeat(7_000) })
    expect(cookies.length).toBe(3)
    await context.addCookies(cookies)
    const large = await context.newPage()
    await large.goto(`${alb.url}/`)
    expect(await large.textContent('h1')).toBe('Hello large@example.com')
    await large.goto(`${alb.url}/_local-alb`)
    await large.click('text=Sign out')
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('AWSELBAuthSessionCookie-0')
    await context.close()
  })

  test('no page is wider than a phone, whatever people and groups are called', async () => {
    const long = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'
    alb.setUsers([{ email: `${'x'.repeat(60)}@example.com`, name: long, groups: [long, 'a', long.repeat(2)] }])
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 780 } })
    const phone = await context.newPage()
    const widthAt = async (path: string): Promise<unknown> => {
      await phone.goto(alb.url + path)
      return await phone.evaluate('document.documentElement.scrollWidth')
    }
    expect(await widthAt('/')).toBe(390)
    await phone.click('button.user')
    await phone.waitForURL(`${alb.url}/`)
    alb.setFault('wrong_signer')
    await phone.goto(`${alb.url}/admin`)
    alb.setFault(undefined)
    for (const path of [...TABS, '/nothing', `/requests/${await newest()}`])
      expect([path, await widthAt(`/_local-alb${path}`)]).toEqual([path, 390])
    alb.setUsers(DEFAULT_USERS)
    await context.close()
  })

  test('an app whose first page leads to another origin is reached from the sign-in form', async () => {
    const elsewhere = createServer((_req, res) => res.end('<h1>Elsewhere</h1>'))
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const away = `http://127.0.0.1:${(elsewhere.address() as { port: number }).port}/`
    const redirecting = createServer((_req, res) => res.writeHead(302, { location: away }).end())
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve))
    const { port } = redirecting.address() as { port: number }
    const other = await startLocalAlb({ target: `http://127.0.0.1:${port}`, port: 0 })
    const context = await browser.newContext({ javaScriptEnabled: false })
    const visitor = await context.newPage()
    try {
      await visitor.goto(other.url)
      await visitor.click('button.user')
      await visitor.waitForURL(away)
      expect(await visitor.textContent('h1')).toBe('Elsewhere')
    } finally {
      await context.close()
      await other.stop()
      for (const server of [elsewhere, redirecting]) server.close()
    }
  })
})

describe('in a browser with JavaScript', () => {
  let app: Server
  let alb: LocalAlb
  let browser: Browser

  beforeAll(async () => {
    app = createApp()
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    const { port } = app.address() as { port: number }
    alb = await startLocalAlb({
      target: `http://127.0.0.1:${port}`,
      port: 0,
      rules: [{ path: '/api/*', action: 'deny' }],
    })
    browser = await chromium.launch({ executablePath, args: FLAGS })
  })
  afterAll(async () => {
    await browser.close()
    await alb.stop()
    app.closeAllConnections()
    app.close()
  })

  test('a fetch() of a page whose session is over fails, as on AWS', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.context().addCookies([...alb.signIn('dev@example.com').cookies])
    await page.goto(alb.url)
    await page.context().clearCookies()
    expect(await page.evaluate("fetch('/data').then(() => 'answered', ({ name }) => name)")).toBe('TypeError')
    expect(await page.evaluate("fetch('/data', { redirect: 'manual' }).then(({ type }) => type)")).toBe(
      'opaqueredirect',
    )
    expect(await page.evaluate("fetch('/api/data').then(({ status }) => status)")).toBe(401)
    await page.context().close()
  })

  test('requests come by themselves, under the policy, and expire before the eyes', async () => {
    const page = await (await browser.newContext()).newPage()
    const mistakes: string[] = []
    page.on('pageerror', ({ message }) => mistakes.push(message))
    page.on('console', (message) => void (message.type() === 'error' && mistakes.push(message.text())))
    await page.goto(`${alb.url}/_local-alb`)
    const { cookie } = alb.signIn('dev@example.com')
    await fetch(`${alb.url}/live`, { headers: { cookie } })
    await page.click('a:text-is("/live")')
    expect(await page.textContent('[data-until]')).toMatch(/^in \d+ s$/)
    expect(await page.isVisible('[data-copy]')).toBe(true)
    expect(mistakes).toEqual([])
    await page.context().close()
  })

  test.each(['light', 'dark'] as const)('axe finds nothing on any page, %s', async (colorScheme) => {
    for (const width of [1280, 390]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } })
      const page = await context.newPage()
      const look = async (name: string): Promise<void> => {
        const size = width === 390 ? '-phone' : ''
        if (colorScheme === 'light' && KEPT.includes(name + size)) await screenshot(page, name + size)
        expect([name, await axeFindings(page)]).toEqual([name, []])
      }
      await page.goto(`${alb.url}/reports`)
      await look('sign-in')
      await page.click('button.user')
      await page.waitForURL(`${alb.url}/reports`)
      alb.setFault('wrong_signer')
      await page.goto(`${alb.url}/reports/2026`)
      alb.setFault(undefined)
      await page.goto(`${alb.url}/_local-alb`)
      await look('requests')
      await page.click('a:text-is("/reports/2026")')
      await look('request')
      for (const tab of TABS.slice(1)) {
        await page.goto(`${alb.url}/_local-alb${tab}`)
        await look(tab.slice(1))
      }
      await context.close()
    }
  })
})
