/** The recipes of "Pages that fetch, streams, other origins", as its readers copy them: nothing is lost in silence. */

import { readFileSync } from 'node:fs'
import { cognitoAuth } from '@cognito-auth/express'
import express from 'express'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launch } from './chromium.js'
import { recipe } from './recipes.js'
import { type Stage, startStage } from './stage.js'

const browserBuild = readFileSync(new URL('../../packages/core/dist/browser.mjs', import.meta.url), 'utf8')

/** What the recipes find on a page: they say `declare` of it. */
const PAGE = `<!doctype html><title>App</title>
<script type="importmap">{ "imports": { "@cognito-auth/core/browser": "/session-fetch.js" } }</script>
<script type="module">
  import '@cognito-auth/core/browser'
  const [textarea] = document.getElementsByTagName('textarea')
  const [form] = document.forms
  Object.assign(window, {
    textarea,
    form,
    fields: () => new FormData(form),
    show: (message) => { document.querySelector('output').value = message },
    saveDraft: (text) => localStorage.setItem('draft', text),
    run: async (code) =>
      await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))).then(
        () => 'done',
        (error) => error.name,
      ),
  })
</script>
<form method="post" action="/notes"><textarea name="note"></textarea><button>Save</button></form><output></output>`

let browser: Browser
let context: BrowserContext
let page: Page
let stage: Stage
let saved: string[]

beforeAll(async () => {
  browser = await launch()
  stage = await startStage([], () =>
    express()
      .use(cognitoAuth({ authoriser: null }).protect(), express.text(), express.urlencoded())
      .get('/session-fetch.js', (_, res) => res.type('js').send(browserBuild))
      .get(['/', '/saved'], (_, res) => res.type('html').send(PAGE))
      .get('/notes', (_, res) => res.json(saved))
      .post('/notes', (req, res) => {
        saved.push(typeof req.body === 'string' ? req.body : 'a form')
        res.redirect('/saved')
      })
      .get('/events', (_, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' })
        res.write('retry: 100\ndata: hello\n\n')
        setTimeout(() => res.end(), 200)
      }),
  )
})

afterAll(async () => {
  await browser.close()
  await stage.stop()
})

beforeEach(async () => {
  saved = []
  context = await browser.newContext()
  page = await stage.open(context)
  await page.waitForFunction(() => 'saveDraft' in window)
})

afterEach(async () => {
  await context.close()
})

/** Runs a module on the page; `names` of it can be called there afterwards. A page that goes away answers no more. */
async function run(code: string, ...names: string[]): Promise<string> {
  const module = `${code}\nObject.assign(window, { ${names.join(', ')} })`
  const outcome = page.evaluate(
    async (text) => await (window as unknown as { run(code: string): Promise<string> }).run(text),
    module,
  )
  return await outcome.catch(() => 'gone')
}

/** Waits until the page was reloaded, by way of the sign-in pages. */
async function reload(): Promise<void> {
  await expect.poll(() => stage.received).toContain('GET /')
  await page.waitForFunction(() => 'saveDraft' in window)
}

const shown = async (): Promise<string> => await page.locator('output').innerText()

describe('fetch', () => {
  const fetching = recipe('fetch', 'import { sessionFetch')
  const byHand = recipe('fetch', 'async function hasSessionEnded')

  test.each([fetching, byHand])('while the session lasts: recipe %#', async (code) => {
    expect(await run(code)).toBe('done')
    expect(stage.received).not.toContain('HEAD /notes')
  })

  test.each([fetching, byHand])('once it has ended, the page is reloaded: recipe %#', async (code) => {
    await stage.endSession(context)
    await run(code)
    await reload()
    expect(await run(code)).toBe('done')
  })

  test('where the network is down, it is not', async () => {
    await context.setOffline(true)
    expect(await run(byHand)).toBe('TypeError')
    await context.setOffline(false)
  })

  test('a body that was not sent is kept', async () => {
    expect(await run(fetching, 'save')).toBe('done')
    await page.locator('textarea').fill('draft')
    await stage.endSession(context)
    await page.evaluate(() => void (window as unknown as { save(): Promise<void> }).save())
    await reload()
    expect(await page.evaluate(() => localStorage.getItem('draft'))).toBe('draft')
    expect(saved).toEqual([])
  })
})

describe('a form', () => {
  const posting = recipe('Form posts')

  test('that is posted in time arrives', async () => {
    expect(await run(posting)).toBe('done')
    await page.getByRole('button').click()
    await page.waitForURL(`${stage.alb.url}/saved`)
    expect(saved).toHaveLength(1)
  })

  test('that is posted after the end is kept, and can be sent again once another tab has signed in', async () => {
    expect(await run(posting)).toBe('done')
    await page.locator('textarea').fill('draft')
    await stage.endSession(context)
    await page.getByRole('button').click()
    await expect.poll(shown).toMatch(/^Not saved: you were signed out/)
    expect([saved, await page.locator('textarea').inputValue()]).toEqual([[], 'draft'])
    const other = await context.newPage()
    await other.goto(stage.alb.url)
    await other.waitForFunction(() => 'saveDraft' in window)
    await page.getByRole('button').click()
    await page.waitForURL(`${stage.alb.url}/saved`)
    expect(saved).toHaveLength(1)
  })
})

test('an EventSource connects anew, and reloads the page once the session has ended', async () => {
  expect(await run(recipe('EventSource'))).toBe('done')
  await expect.poll(() => stage.received.filter((one) => one === 'GET /events').length).toBeGreaterThan(1)
  await stage.endSession(context)
  await reload()
})
