import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cookiesForApp, sessionIdOf, withoutPoolCookies } from '../src/sessions/cookies.js'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { Browser, fieldOf } from './browser.js'
import { type Echo, type EchoApp, startEchoApp } from './echo-app.js'

let app: EchoApp
let alb: LocalAlb
let other: LocalAlb

beforeAll(async () => {
  app = await startEchoApp()
  const rules = [{ path: '/public/*', action: 'none' }] as const
  alb = await startLocalAlb({ target: app.url, port: 0, rules: [...rules] })
  other = await startLocalAlb({ target: app.url, port: 0 })
})
afterAll(async () => {
  await alb.stop()
  await other.stop()
  await app.stop()
})

describe('the session of a request', () => {
  test.each([
    ['AWSELBAuthSessionCookie-0=a', 'a'],
    ['AWSELBAuthSessionCookie-0 =a', 'a'],
    ['AWSELBAuthSessionCookie-1=b; AWSELBAuthSessionCookie-0=a', 'ab'],
    ['AWSELBAuthSessionCookie-1=a', ''],
    ['AWSELBAuthSessionCookie-0=a; AWSELBAuthSessionCookie-2=b', ''],
    ['other=1', undefined],
    [undefined, undefined],
  ])('%s is "%s"', (header, id) => {
    expect(sessionIdOf(header)).toBe(id)
  })

  test('is not found under the name of another shard', async () => {
    const { cookie } = alb.signIn('dev@example.com')
    const headers = { cookie: cookie.replace('Cookie-0', 'Cookie-1') }
    expect((await fetch(alb.url, { headers, redirect: 'manual' })).status).toBe(302)
  })
})

describe('the app does not see', () => {
  test.each([
    ['a=1; AWSELBAuthSessionCookie-0=x; b=2', 'a=1; b=2'],
    ['a=1; AWSELBAuthSessionCookie-0 =x', 'a=1'],
    ['local-alb-pool-8080=x;local-alb-form-9=y; a=1', 'a=1'],
    ['local-alb-theme=dark', 'local-alb-theme=dark'],
  ])('its part of %s', (header, left) => {
    expect(cookiesForApp(header)).toBe(left)
  })

  test('the user pool on a rule without authentication, where the session is like any other cookie', async () => {
    expect(withoutPoolCookies('local-alb-pool-1=x; AWSELBAuthSessionCookie-0=y; a=1')).toBe(
      'AWSELBAuthSessionCookie-0=y; a=1',
    )
    const sent = async (cookie: string): Promise<Echo['headers']> =>
      ((await (await fetch(`${alb.url}/public/a`, { headers: { cookie } })).json()) as Echo).headers
    expect((await sent('local-alb-form-1=x; a=1')).cookie).toBe('a=1')
    expect(await sent('local-alb-pool-1=x')).not.toHaveProperty('cookie')
  })
})

/** The page, and what its first form sends. */
async function openSignIn(browser: Browser, url: string): Promise<{ authorize: string; body: URLSearchParams }> {
  const authorize = await browser.follow(url)
  const page = await (await browser.send(authorize)).text()
  const body = new URLSearchParams({ form: fieldOf(page, 'form'), state: fieldOf(page, 'state'), user: '0' })
  return { authorize, body }
}

describe('a sign-in under way', () => {
  test('is not disturbed by a second tab, or a request in the background', async () => {
    const browser = new Browser()
    const { authorize, body } = await openSignIn(browser, `${alb.url}/first`)
    const second = await openSignIn(browser, `${alb.url}/second`)
    await browser.send(`${alb.url}/favicon.ico`)
    const back = async (tab: typeof second): Promise<string> =>
      await browser.follow(await browser.follow(tab.authorize, { method: 'POST', body: tab.body }))
    expect(await back({ authorize, body })).toBe(`${alb.url}/first`)
    expect(await back(second)).toBe(`${alb.url}/second`)
  })

  test.each(['', 'x', '0123456789abcdef0', '0123456789ABCDEF', '012345678 abcdef'])(
    'does not use "%s" for a nonce',
    async (planted) => {
      const browser = new Browser()
      browser.restore(`AWSALBAuthNonce=${planted}`)
      await browser.send(alb.url)
      expect(browser.cookieOf('AWSALBAuthNonce')).toMatch(/^[0-9a-f]{16}$/)
      expect(browser.cookieOf('AWSALBAuthNonce')).not.toBe(planted)
    },
  )
})

test('two load balancers of one host name share the session cookie, and coming back is silent', async () => {
  // A browser sends the cookies of localhost to all its ports.
  const browser = new Browser()
  await browser.signIn(alb.url)
  await browser.signIn(other.url, 1)
  expect((await browser.send(other.url)).status).toBe(200)
  const authorize = await browser.follow(`${alb.url}/again`)
  const callback = await browser.follow(authorize)
  expect(callback).toContain('/oauth2/idpresponse?')
  expect(await browser.follow(callback)).toBe(`${alb.url}/again`)
  const { headers } = (await (await browser.send(`${alb.url}/again`)).json()) as Echo
  expect(headers['x-amzn-oidc-identity']).toBe(alb.headersFor('ada@example.com')['x-amzn-oidc-identity'])
})
