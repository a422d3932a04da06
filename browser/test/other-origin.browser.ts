/** The recipe for pages of another origin than the app's: preflight at the load balancer, CORS in the app. */

import type { Server } from 'node:http'
import { runInNewContext } from 'node:vm'
import { cognitoAuth } from '@cognito-auth/express'
import express from 'express'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launch } from './chromium.js'
import { recipe } from './recipes.js'
import { listen, type Stage, startStage } from './stage.js'

const PREFLIGHT = { methods: ['OPTIONS'], action: 'none' } as const

let browser: Browser
let context: BrowserContext
let page: Page
let stage: Stage
let pages: { readonly url: string; readonly server: Server }
let other: typeof pages

beforeAll(async () => {
  browser = await launch()
  const blank = (_: unknown, res: { end(text: string): void }): void => res.end('a page')
  pages = await listen(blank)
  other = await listen(blank)
  stage = await startStage([PREFLIGHT], () => {
    const app = express()
    const auth = cognitoAuth({ authoriser: null })
    const code = recipe('Pages of another origin').replace('https://pages.example.com', pages.url)
    runInNewContext(code, { app, cognitoAuth: () => auth })
    return app
      .use(express.json())
      .get('/', (_, res) => res.send('signed in'))
      .get('/admin', auth.requireGroups('admins'), (_, res) => res.send('admin'))
      .post('/notes', (req, res) => res.json(req.body))
  })
})

afterAll(async () => {
  await browser.close()
  await stage.stop()
  for (const { server } of [pages, other]) server.close()
})

beforeEach(async () => {
  stage.alb.setRules([PREFLIGHT])
  context = await browser.newContext()
  page = await stage.open(context)
  await page.goto(pages.url)
  stage.received.length = 0
})

afterEach(async () => {
  await context.close()
})

/** Sends JSON, which browsers ask about first, or reads; with the cookies of the load balancer. */
async function ask(path: string, json?: object): Promise<{ status: number; body: string } | { error: string }> {
  return await page.evaluate(
    async ({ url, body }) => {
      const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: body ?? null }
      try {
        const response = await fetch(url, { credentials: 'include', ...(body !== undefined && post) })
        return { status: response.status, body: await response.text() }
      } catch (error) {
        return { error: (error as Error).name }
      }
    },
    { url: stage.alb.url + path, body: json && JSON.stringify(json) },
  )
}

const failed = { error: 'TypeError' }

test('a body of JSON arrives, after its preflight, and the answer can be read', async () => {
  expect(await ask('/notes', { note: 'x' })).toEqual({ status: 200, body: '{"note":"x"}' })
  expect(stage.received).toEqual(['OPTIONS /notes', 'POST /notes'])
})

test('a refusal can be read, too', async () => {
  expect(await ask('/admin')).toMatchObject({ status: 403, body: expect.stringContaining('access_denied') as string })
})

test('without the rule for OPTIONS the load balancer redirects the preflight', async () => {
  stage.alb.setRules([])
  expect(await ask('/notes', { note: 'x' })).toEqual(failed)
  expect(stage.received).toEqual([])
})

test('without a session the preflight passes, and nothing else does', async () => {
  await stage.endSession(context)
  expect(await ask('/notes', { note: 'x' })).toEqual(failed)
  expect(await ask('/')).toEqual(failed)
  expect(stage.received).toEqual(['OPTIONS /notes'])
})

test('a page of an origin that is not allowed reads nothing, and sends no JSON', async () => {
  await page.goto(other.url)
  expect(await ask('/')).toEqual(failed)
  expect(await ask('/notes', { note: 'x' })).toEqual(failed)
  expect(stage.received).toEqual(['GET /', 'OPTIONS /notes'])
})
