import { createServer, type Server } from 'node:http'
import { CognitoAuth } from '@cognito-auth/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { ownCookie } from '../src/sessions/cookies.js'
import { Browser, fieldOf } from './browser.js'

const BYE = 'https://app.example/bye'
const large = { email: 'large@example.com', name: 'x'.repeat(7_000) }

/** An app that lets core decide, and answers a sign-out with what core says: the cookies to expire, and where to go. */
let app: Server
let auth: CognitoAuth
let alb: LocalAlb

beforeAll(async () => {
  app = createServer(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost')
    if (pathname !== '/logout') return void res.end('hello')
    const { location, cookies } = await auth.logout(req.headers, searchParams.get('to') ?? undefined)
    res.writeHead(302, { location, 'set-cookie': [...cookies] }).end()
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  const { port } = app.address() as { port: number }
  alb = await startLocalAlb({ target: `http://127.0.0.1:${port}`, port: 0, users: [large], logoutUrls: [BYE] })
  auth = new CognitoAuth({
    authoriser: null,
    albArn: alb.env['COGNITO_AUTH_ALB_ARN'],
    clientId: alb.env['COGNITO_AUTH_CLIENT_ID'],
    userPoolId: alb.env['COGNITO_AUTH_USER_POOL_ID'],
    cognitoDomain: alb.env['COGNITO_AUTH_DOMAIN'],
    logoutUrls: alb.env['COGNITO_AUTH_LOGOUT_URLS']?.split(','),
    localAlb: alb.url,
  })
})
afterAll(async () => {
  await alb.stop()
  app.closeAllConnections()
  app.close()
})

test.each([
  ['the app itself', '', () => `${alb.url}/`],
  ['a URL that was allowed with logoutUrls', `?to=${encodeURIComponent(BYE)}`, () => BYE],
])('signing out by logout() of core leads to %s, and to the sign-in page after that', async (_where, query, end) => {
  const browser = new Browser()
  await browser.signIn(`${alb.url}/`)
  expect(browser.cookie).toContain('AWSELBAuthSessionCookie-2')
  const atPool = await browser.follow(`${alb.url}/logout${query}`)
  // The browser let go of all shards, though the app never saw one of them.
  expect(browser.cookie).not.toContain('AWSELBAuthSessionCookie')
  expect(browser.cookieOf(ownCookie('pool', alb.url))).toBeDefined()
  expect(await browser.follow(atPool)).toBe(end())
  expect(browser.cookieOf(ownCookie('pool', alb.url))).toBeUndefined()
  const page = await (await browser.send(await browser.follow(`${alb.url}/`))).text()
  expect(fieldOf(page, 'user')).toBe('0')
})
