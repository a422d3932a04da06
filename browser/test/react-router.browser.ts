/** The recipes for React Router, in its own app: navigations and forms whose session has ended. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createRequestHandler } from '@react-router/express'
import express from 'express'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launch } from './chromium.js'
import { type Stage, startStage } from './stage.js'

const folder = fileURLToPath(new URL('../react-router/', import.meta.url))

let browser: Browser
let context: BrowserContext
let page: Page
let stage: Stage

beforeAll(async () => {
  await promisify(execFile)(`${folder}node_modules/.bin/react-router`, ['build', '--logLevel', 'error'], {
    cwd: folder,
  })
  stage = await startStage([], async () => {
    const build = (await import(`${folder}build/server/index.js`)) as never
    return express()
      .use('/assets', express.static(`${folder}build/client/assets`))
      .get('/favicon.ico', (_, res) => void res.status(204).end())
      .use(createRequestHandler({ build }))
  })
  browser = await launch()
})

afterAll(async () => {
  await browser.close()
  await stage.stop()
})

beforeEach(async () => {
  context = await browser.newContext()
})

afterEach(async () => {
  await context.close()
})

/** React answers to clicks once it has hydrated. */
async function hydrated(): Promise<void> {
  await page.waitForFunction(() => Object.keys(document.body).some((key) => key.startsWith('__react')))
}

/** Goes to a page by its link, within the app. */
async function follow(name: 'Home' | 'Notes'): Promise<void> {
  await page.getByRole('link', { name }).click()
  await page.getByRole('heading', { name }).waitFor()
}

/** Documents that are asked for from now on. */
function documents(): string[] {
  const asked: string[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (request.isNavigationRequest() && url.origin === stage.alb.url) asked.push(url.pathname)
  })
  return asked
}

/** On the front page, with the code of the other one loaded. */
async function openBoth(): Promise<void> {
  page = await stage.open(context)
  await hydrated()
  await follow('Notes')
  await follow('Home')
}

test('while the session lasts, a navigation fetches data only', async () => {
  await openBoth()
  const asked = documents()
  await follow('Notes')
  expect(asked).toEqual([])
})

test('once it has ended, a navigation signs in again and arrives', async () => {
  await openBoth()
  const asked = documents()
  await stage.endSession(context)
  await page.getByRole('link', { name: 'Notes' }).click()
  await expect.poll(() => stage.received).toContain('GET /notes')
  await page.getByRole('heading', { name: 'Notes' }).waitFor()
  // To sign in, and back from there.
  expect(asked).toEqual(['/notes', '/oauth2/idpresponse', '/notes'])
  await hydrated()
  await follow('Home')
})

test('a page whose code was never loaded is reloaded by React Router itself', async () => {
  page = await stage.open(context)
  await hydrated()
  // It asks the server which pages its links lead to; of one that it does not know yet it asks for the document at once.
  await page.waitForLoadState('networkidle')
  await stage.endSession(context)
  // Its data, which is refused as well, may be answered before its code: then what is tested above comes first.
  await page.route('**/*.data*', () => undefined)
  await page.getByRole('link', { name: 'Notes' }).click()
  await expect.poll(() => stage.received).toContain('GET /')
  await page.unrouteAll()
  await hydrated()
  await follow('Notes')
})

test('a bug of a page reloads nothing', async () => {
  await openBoth()
  const asked = documents()
  stage.received.length = 0
  await page.getByRole('button', { name: 'Break' }).click()
  await page.getByText('Something went wrong.').waitFor()
  await expect.poll(() => stage.received).toContain('HEAD /')
  expect(asked).toEqual([])
})

test('a network that is down reloads nothing', async () => {
  await openBoth()
  const asked = documents()
  await context.setOffline(true)
  const failed = page.waitForEvent('requestfailed', (request) => request.method() === 'HEAD')
  await page.getByRole('link', { name: 'Notes' }).click()
  await page.getByText('Something went wrong.').waitFor()
  await failed
  await context.setOffline(false)
  expect(asked).toEqual([])
})

test('a plain <Form> signs out: the browser arrives at the sign-in pages, and both sessions are gone', async () => {
  page = await stage.open(context)
  await hydrated()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL((url) => url.origin !== stage.alb.url)
  await page.getByRole('heading', { name: 'Who are you today?' }).waitFor()
  const cookies = await context.cookies(stage.alb.url)
  expect(cookies.filter(({ name }) => name.startsWith('AWSELBAuthSession'))).toEqual([])
})

test('a form that is posted after the end is not lost in silence: what was typed stays, and is sent once', async () => {
  page = await stage.open(context, '/notes')
  await hydrated()
  await page.locator('textarea').fill('draft')
  await stage.endSession(context)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect
    .poll(async () => await page.getByRole('alert').innerText())
    .toMatch(/^Not saved\. Sign in in another tab/)
  expect(await page.locator('textarea').inputValue()).toBe('draft')
  expect(stage.received).toEqual([])
  const other = await context.newPage()
  await other.goto(stage.alb.url)
  await other.getByRole('heading', { name: 'Home' }).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('listitem').waitFor()
  expect(await page.getByRole('listitem').allInnerTexts()).toEqual(['draft'])
})
