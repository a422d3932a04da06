/** Signing out from an app with helmet's defaults, at an identity provider on another origin. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cognitoAuth } from '@cognito-auth/express'
import { createTestAlb } from '@cognito-auth/testing'
import express, { type RequestHandler } from 'express'
import helmet from 'helmet'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from './chromium.js'

let browser: Browser
let provider: string
let app: string
const servers: Server[] = []

async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

const SESSION = 'AWSELBAuthSessionCookie'

/** A page of the app, with the session cookies that a load balancer would have set. */
const home: RequestHandler = (_req, res) => {
  for (const shard of [0, 1]) res.append('set-cookie', `${SESSION}-${shard}=x; Path=/; Secure; HttpOnly`)
  res.type('html').send(`<!doctype html><title>App</title>
    <a href="/sign-out">by link</a>
    <form method="post" action="/sign-out"><button>by form</button></form>`)
}

beforeAll(async () => {
  browser = await launch()
  provider = await listen((req, res) => res.end(req.url))
  const alb = await createTestAlb()
  const auth = cognitoAuth({
    ...alb.options,
    authoriser: null,
    cognitoDomain: provider,
    logoutUrls: ['https://app.example.com/bye'],
    signOutPath: '/sign-out',
  })
  app = await listen(
    express()
      .use(helmet(), auth.protect({ bypass: ['/'] }))
      .get('/', home),
  )
})

afterAll(async () => {
  await browser.close()
  for (const server of servers) server.close()
})

async function openHome(): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(app)
  expect(await sessionOf(page)).toHaveLength(2)
  return page
}

async function sessionOf(page: Page): Promise<unknown[]> {
  const cookies = await page.context().cookies(app)
  return cookies.filter(({ name }) => name.startsWith(SESSION))
}

test('helmet allows forms to the app itself only', async () => {
  const response = await fetch(app)
  expect(response.headers.get('content-security-policy')).toContain("form-action 'self'")
})

test.each([
  ['link', (page: Page) => page.getByRole('link').click()],
  ['form', (page: Page) => page.getByRole('button').click()],
])('by %s the browser arrives at the identity provider, and the session is gone', async (_, signOut) => {
  const page = await openHome()
  await signOut(page)
  await page.waitForURL(`${provider}/logout?**`)
  expect(new URL(page.url()).searchParams.get('logout_uri')).toBe('https://app.example.com/bye')
  expect(await sessionOf(page)).toEqual([])
  await page.close()
})

test.each(['GET', 'POST'])(
  'by fetch with %s the script is told where to go, and the session is gone',
  async (method) => {
    const page = await openHome()
    const answer = await page.evaluate(
      async (given) => (await (await fetch('/sign-out', { method: given })).json()) as unknown,
      method,
    )
    expect(answer).toEqual({ location: expect.stringContaining(`${provider}/logout?client_id=`) as unknown })
    expect(await sessionOf(page)).toEqual([])
    await page.close()
  },
)
