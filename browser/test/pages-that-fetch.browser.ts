/** `sessionFetch`, at a load balancer whose sign-in pages are at another origin, as those of AWS are. */

import { readFileSync } from 'node:fs'
import { cognitoAuth } from '@cognito-auth/express'
import express from 'express'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launch } from './chromium.js'
import { pickUser, type Stage, startStage } from './stage.js'

const sessionFetch = readFileSync(new URL('../../packages/core/dist/browser.mjs', import.meta.url), 'utf8')

const PAGE = `<!doctype html><title>App</title><script type="module">
  import { sessionFetch, SessionEndedError } from '/session-fetch.js'
  Object.assign(window, { sessionFetch, SessionEndedError })
</script><textarea></textarea>`

let browser: Browser
let context: BrowserContext
let page: Page
let stage: Stage

beforeAll(async () => {
  browser = await launch()
  stage = await startStage([{ path: '/api/*', action: 'deny' }], () =>
    express()
      .use(cognitoAuth({ authoriser: null }).protect())
      .get('/session-fetch.js', (_, res) => res.type('js').send(sessionFetch))
      .get('/', (_, res) => res.type('html').send(PAGE))
      .get('/moved', (_, res) => res.redirect('/data'))
      .all(['/data', '/api/data'], (_, res) => res.json({ ok: true })),
  )
})

afterAll(async () => {
  await browser.close()
  await stage.stop()
})

beforeEach(async () => {
  context = await browser.newContext()
  page = await stage.open(context)
  await page.waitForFunction(() => 'sessionFetch' in window)
})

afterEach(async () => {
  await context.close()
})

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
  await stage.endSession(context)
  expect(await ask('fetch', '/data')).toEqual({ name: 'TypeError' })
  expect(stage.received).toEqual([])
})

test.each(['/data', '/api/data'])('sessionFetch reloads the page, which signs in again: %s', async (url) => {
  await page.locator('textarea').fill('draft')
  await stage.endSession(context)
  const reloaded = page.waitForRequest(
    (request) => request.isNavigationRequest() && request.url() === `${stage.alb.url}/`,
  )
  await ask('sessionFetch', url).catch(() => undefined)
  await reloaded
  // Signed in again, without asking or by the pages of the user pool.
  await page.waitForURL(
    (now) => now.pathname !== '/' || now.origin !== stage.alb.url || stage.received.includes('GET /'),
  )
  if (new URL(page.url()).origin !== stage.alb.url) {
    await pickUser(page)
  }
  await page.waitForFunction(() => 'sessionFetch' in window)
  expect(await ask('sessionFetch', url)).toEqual({ status: 200 })
})

test.each(['POST', 'PUT', 'DELETE'])(
  'a %s is not lost in silence: the page keeps what was typed, and decides',
  async (method) => {
    await page.locator('textarea').fill('draft')
    await stage.endSession(context)
    const body = method === 'DELETE' ? {} : { body: 'draft' }
    for (const url of ['/data', '/api/data']) {
      expect(await ask('sessionFetch', url, { method, ...body })).toEqual({ name: 'SessionEndedError', bodyLost: true })
    }
    expect(stage.received).toEqual([])
    expect(await draft()).toBe('draft')
  },
)

test('where signing in does not help, the page is reloaded once, and not for ever', async () => {
  await page.evaluate(() => sessionStorage.setItem('cognito-auth:reloaded', String(Date.now())))
  await stage.endSession(context)
  expect(await ask('sessionFetch', '/data')).toEqual({ name: 'SessionEndedError', bodyLost: false })
  expect(await draft()).toBe('')
})

test('a network that is down is no ended session', async () => {
  await context.setOffline(true)
  expect(await ask('sessionFetch', '/data')).toEqual({ name: 'TypeError' })
  await context.setOffline(false)
})
