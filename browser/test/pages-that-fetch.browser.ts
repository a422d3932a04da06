/** The recipes of "Pages that fetch", at a load balancer whose sign-in pages are at another origin, as those of AWS are. */

import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cognitoAuth } from '@cognito-auth/express'
import { type LocalAlb, startLocalAlb } from '@cognito-auth/local-alb'
import express from 'express'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launch } from './chromium.js'

const sessionFetch = readFileSync(new URL('../../packages/core/dist/browser.mjs', import.meta.url), 'utf8')

const PAGE = `<!doctype html><title>App</title><script type="module">
  import { sessionFetch, SessionEndedError } from '/session-fetch.js'
  Object.assign(window, { sessionFetch, SessionEndedError })
</script><textarea></textarea>`

let browser: Browser
let context: BrowserContext
let page: Page
let alb: LocalAlb
let server: Server
let received: string[]

/** The app, which only the load balancer can reach: it is made once that has said what to trust. */
let app: express.Express

beforeAll(async () => {
  browser = await launch()
  server = createServer((req, res) => void app(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  alb = await startLocalAlb({
    target,
    port: 0,
    rules: [
      { methods: ['OPTIONS'], action: 'none' },
      { path: '/api/*', action: 'deny' },
    ],
  })
  for (const [name, value] of Object.entries(alb.env)) process.env[name] = value
  const auth = cognitoAuth({ authoriser: null })
  app = express()
    .use(auth.protect())
    .use((req, _, next) => {
      received.push(`${req.method} ${req.path}`)
      next()
    })
    .get('/session-fetch.js', (_, res) => res.type('js').send(sessionFetch))
    .get('/', (_, res) => res.type('html').send(PAGE))
    .get('/moved', (_, res) => res.redirect('/data'))
    .get('/events', (_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write('retry: 100\ndata: hello\n\n')
      setTimeout(() => res.end(), 200)
    })
    .all(['/data', '/api/data'], (_, res) => res.json({ ok: true }))
})

afterAll(async () => {
  await browser.close()
  await alb.stop()
  server.closeAllConnections()
  server.close()
})

beforeEach(async () => {
  received = []
  context = await browser.newContext()
  page = await context.newPage()
  await page.goto(alb.url)
  await page.locator('form', { hasText: 'dev@example.com' }).getByRole('button').first().click()
  await page.waitForFunction(() => 'sessionFetch' in window)
})

afterEach(async () => {
  await context.close()
})

/** As when its time is over. */
async function endSession(): Promise<void> {
  await context.clearCookies({ name: /^AWSELB/ })
  received = []
}

interface Outcome {
  readonly name?: string
  readonly bodyLost?: boolean
  readonly status?: number
}

/** What comes of a request by the recipe, or by plain `fetch`. */
async function ask(by: 'fetch' | 'sessionFetch', url: string, init: RequestInit = {}): Promise<Outcome> {
  return await page.evaluate(
    async ([how, to, options]) => {
      const send = (window as unknown as Record<string, typeof fetch>)[how] ?? fetch
      try {
        return { status: (await send(to, options)).status }
      } catch (error) {
        const { name, bodyLost } = error as { name: string; bodyLost?: boolean }
        return { name, ...(bodyLost !== undefined && { bodyLost }) }
      }
    },
    [by, url, init] as const,
  )
}

const draft = async (): Promise<string> => await page.locator('textarea').inputValue()

test('while the session lasts it is fetch: answers, errors of the app, redirects of the app', async () => {
  expect(await ask('sessionFetch', '/data')).toEqual({ status: 200 })
  expect(await ask('sessionFetch', '/data', { method: 'POST', body: 'x' })).toEqual({ status: 200 })
  expect(await ask('sessionFetch', '/nowhere')).toEqual({ status: 404 })
  expect(await ask('sessionFetch', '/moved')).toEqual({ status: 200 })
})

test('once it has ended, fetch says only that it failed', async () => {
  await endSession()
  expect(await ask('fetch', '/data')).toEqual({ name: 'TypeError' })
  expect(received).toEqual([])
})

test.each(['/data', '/api/data'])('sessionFetch reloads the page, which signs in again: %s', async (url) => {
  await page.locator('textarea').fill('draft')
  await endSession()
  const reloaded = page.waitForRequest((request) => request.isNavigationRequest() && request.url() === `${alb.url}/`)
  await ask('sessionFetch', url).catch(() => undefined)
  await reloaded
  // Signed in again, without asking or by the pages of the user pool.
  await page.waitForURL((now) => now.pathname !== '/' || now.origin !== alb.url || received.includes('GET /'))
  if (new URL(page.url()).origin !== alb.url) {
    await page.locator('form', { hasText: 'dev@example.com' }).getByRole('button').first().click()
  }
  await page.waitForFunction(() => 'sessionFetch' in window)
  expect(await ask('sessionFetch', url)).toEqual({ status: 200 })
})

test.each(['POST', 'PUT', 'DELETE'])(
  'a %s is not lost in silence: the page keeps what was typed, and decides',
  async (method) => {
    await page.locator('textarea').fill('draft')
    await endSession()
    const body = method === 'DELETE' ? {} : { body: 'draft' }
    for (const url of ['/data', '/api/data']) {
      expect(await ask('sessionFetch', url, { method, ...body })).toEqual({ name: 'SessionEndedError', bodyLost: true })
    }
    expect(received).toEqual([])
    expect(await draft()).toBe('draft')
  },
)

test('where signing in does not help, the page is reloaded once, and not for ever', async () => {
  await page.evaluate(() => sessionStorage.setItem('cognito-auth:reloaded', String(Date.now())))
  await endSession()
  expect(await ask('sessionFetch', '/data')).toEqual({ name: 'SessionEndedError', bodyLost: false })
  expect(await draft()).toBe('')
})

test('a network that is down is no ended session', async () => {
  await context.setOffline(true)
  expect(await ask('sessionFetch', '/data')).toEqual({ name: 'TypeError' })
  await context.setOffline(false)
})

test('an EventSource that is closed reloads the page', async () => {
  await page.evaluate(() => {
    const source = new EventSource('/events')
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) location.reload()
    })
  })
  await expect.poll(() => received.filter((one) => one === 'GET /events').length).toBeGreaterThan(1)
  const reloaded = page.waitForRequest((request) => request.isNavigationRequest(), { timeout: 10_000 })
  await endSession()
  await reloaded
})

test('a form that is posted after the end is lost: the page asks before it sends', async () => {
  await endSession()
  await page.evaluate(() => {
    document.body.innerHTML = '<form method="post" action="/data"><button>Save</button></form>'
    document.querySelector('form')?.addEventListener('submit', async (event) => {
      event.preventDefault()
      const form = event.currentTarget as HTMLFormElement
      const { sessionFetch, SessionEndedError } = window as unknown as {
        sessionFetch: typeof fetch
        SessionEndedError: new () => Error
      }
      try {
        await sessionFetch(form.action, { method: 'POST', body: new FormData(form) })
      } catch (error) {
        if (error instanceof SessionEndedError) document.title = 'not saved'
      }
    })
  })
  await page.getByRole('button', { name: 'Save' }).click()
  await expect.poll(async () => await page.title()).toBe('not saved')
  expect(received).toEqual([])
})
