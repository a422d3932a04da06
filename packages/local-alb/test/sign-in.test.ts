import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ownCookie } from '../src/sessions/cookies.js'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { Browser, fieldOf } from './browser.js'
import { type EchoApp, startEchoApp } from './echo-app.js'

let app: EchoApp
let alb: LocalAlb

beforeAll(async () => {
  app = await startEchoApp()
  alb = await startLocalAlb({ target: app.url, port: 0, logoutUrls: ['https://app.example/bye'] })
})

afterAll(async () => {
  await alb.stop()
  await app.stop()
})

const logoutUrl = (uri: string, client = alb.env['COGNITO_AUTH_CLIENT_ID'] ?? ''): string =>
  `${alb.env['COGNITO_AUTH_DOMAIN']}/logout?${new URLSearchParams({ client_id: client, logout_uri: uri }).toString()}`

describe('somebody without a session', () => {
  test('is sent to the authorize page with the parameters of AWS and a nonce', async () => {
    const browser = new Browser()
    const url = new URL(await browser.follow(`${alb.url}/a?b=c`))
    // The sign-in pages are at another origin than the app, as on AWS.
    expect(url.origin).toBe(alb.url.replace('localhost', '127.0.0.1'))
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: alb.env['COGNITO_AUTH_CLIENT_ID'],
      redirect_uri: `${alb.url}/oauth2/idpresponse`,
      response_type: 'code',
      scope: 'openid',
      state: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) as string,
    })
    expect(browser.cookieOf('AWSALBAuthNonce')).toMatch(/^[a-z0-9]{16}$/)
  })

  test('signs in and comes back to the page asked for', async () => {
    const browser = new Browser()
    expect(await browser.signIn(`${alb.url}/a?b=c`)).toBe(`${alb.url}/a?b=c`)
    expect((await browser.send(`${alb.url}/a?b=c`)).status).toBe(200)
  })

  test('may type somebody in', async () => {
    const browser = new Browser()
    const authorize = await browser.follow(alb.url)
    const page = await (await browser.send(authorize)).text()
    const body = new URLSearchParams({
      form: fieldOf(page, 'form'),
      state: fieldOf(page, 'state'),
      email: 'new@example.com',
      groups: 'a, b',
    })
    const callback = await browser.follow(authorize, { method: 'POST', body })
    await browser.follow(callback)
    const status = await (await browser.send(`${alb.url}/_local-alb`)).text()
    expect(status).toContain('(new@example.com)')
    expect(status).toContain('(new@example.com), a, b.')
  })

  test.each(['AAAA', '', 'undefined', 'x'.repeat(4000)])(
    'gets nowhere with a made-up session cookie',
    async (value) => {
      const headers = { cookie: `AWSELBAuthSessionCookie-0=${value}` }
      expect((await fetch(alb.url, { headers, redirect: 'manual' })).status).toBe(302)
    },
  )
})

describe('the sign-in page', () => {
  test('lists the users and lets no script run', async () => {
    const browser = new Browser()
    const response = await browser.send(await browser.follow(alb.url))
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
    const page = await response.text()
    expect(page).toContain('dev@example.com')
    expect(page).not.toMatch(/<script/i)
  })

  test('escapes what users are called', async () => {
    const users = [{ email: 'a@example.com', name: '<img src=x onerror=alert(1)>' }]
    const other = await startLocalAlb({ target: app.url, port: 0, users })
    try {
      const browser = new Browser()
      const page = await (await browser.send(await browser.follow(other.url))).text()
      expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
      expect(page).not.toContain('<img')
    } finally {
      await other.stop()
    }
  })

  test('refuses a form without the token that was shown in this browser', async () => {
    const browser = new Browser()
    const authorize = await browser.follow(alb.url)
    const state = fieldOf(await (await browser.send(authorize)).text(), 'state')
    const body = new URLSearchParams({ form: '0'.repeat(32), state, user: '0' })
    expect((await browser.send(authorize, { method: 'POST', body })).status).toBe(403)
  })

  test('refuses a form that another site sent', async () => {
    const browser = new Browser()
    const authorize = await browser.follow(alb.url)
    const page = await (await browser.send(authorize)).text()
    const body = new URLSearchParams({ form: fieldOf(page, 'form'), state: fieldOf(page, 'state'), user: '0' })
    const headers = { origin: 'https://evil.example' }
    expect((await browser.send(authorize, { method: 'POST', body, headers })).status).toBe(403)
  })

  test.each(['not-an-email', ''])('says what is wrong with the e-mail "%s"', async (email) => {
    const browser = new Browser()
    const authorize = await browser.follow(alb.url)
    const page = await (await browser.send(authorize)).text()
    const body = new URLSearchParams({ form: fieldOf(page, 'form'), state: fieldOf(page, 'state'), email })
    const response = await browser.send(authorize, { method: 'POST', body })
    expect(response.status).toBe(400)
    const again = await response.text()
    expect(again).toContain('The email must')
    // What was typed in is still there, and the sentence belongs to its field.
    expect(again).toContain(`value="${email}"`)
    expect(again).toContain('aria-describedby="problem"')
  })
})

describe('the way back', () => {
  test('needs the nonce of the browser that began', async () => {
    const [victim, attacker] = [new Browser(), new Browser()]
    const authorize = await attacker.follow(alb.url)
    const page = await (await attacker.send(authorize)).text()
    const body = new URLSearchParams({ form: fieldOf(page, 'form'), state: fieldOf(page, 'state'), user: '0' })
    const callback = await attacker.follow(authorize, { method: 'POST', body })
    expect((await victim.send(callback)).status).toBe(401)
  })

  test('works once', async () => {
    const browser = new Browser()
    const authorize = await browser.follow(alb.url)
    const page = await (await browser.send(authorize)).text()
    const body = new URLSearchParams({ form: fieldOf(page, 'form'), state: fieldOf(page, 'state'), user: '0' })
    const callback = await browser.follow(authorize, { method: 'POST', body })
    expect((await browser.send(callback)).status).toBe(302)
    expect((await browser.send(callback)).status).toBe(401)
  })

  test('leads to this load balancer only', async () => {
    expect(await new Browser().signIn(`${alb.url}//evil.example/`)).toBe(`${alb.url}//evil.example/`)
  })

  test('must be taken within 15 minutes', async () => {
    const browser = new Browser()
    const authorize = await browser.follow(alb.url)
    const page = await (await browser.send(authorize)).text()
    const body = new URLSearchParams({ form: fieldOf(page, 'form'), state: fieldOf(page, 'state'), user: '0' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 901_000 })
    try {
      expect((await browser.send(authorize, { method: 'POST', body })).status).toBe(401)
    } finally {
      vi.useRealTimers()
    }
  })

  test.each([
    ['idp_error', 561],
    ['idp_denied', 401],
    ['idp_down', 500],
    ['oversized', 500],
  ] as const)('ends with the fault %s in %i, and not in a session', async (fault, status) => {
    alb.setFault(fault)
    try {
      const browser = new Browser()
      const authorize = await browser.follow(alb.url)
      const page = await (await browser.send(authorize)).text()
      const body = new URLSearchParams({ form: fieldOf(page, 'form'), state: fieldOf(page, 'state'), user: '0' })
      const response = await browser.send(await browser.follow(authorize, { method: 'POST', body }))
      expect(response.status).toBe(status)
      expect(browser.cookie).not.toContain('AWSELBAuthSessionCookie')
    } finally {
      alb.setFault(undefined)
    }
  })

  test.each([
    ['evil.example', '/_local-alb'],
    ['localhost.evil.example', '/_local-alb'],
    ['127.0.0.1.evil.example', '/'],
    ['evil.example', '/_local-alb/keys/x'],
  ])('is closed to %s, whoever made that a name of this machine (DNS rebinding): %s', async (host, path) => {
    const status = await new Promise((resolve, reject) => {
      request(alb.url + path, { headers: { host } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(400)
  })

  test('is closed to a WebSocket under another name, too', async () => {
    const socket = new WebSocket(alb.url.replace('http', 'ws'), { headers: { host: 'evil.example' } })
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_req, response) => resolve(response.resume().statusCode))
      socket.on('error', resolve)
    })
    expect(status).toBe(400)
  })

  test('is on loopback only', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((one) => one !== undefined && !one.internal && one.family === 'IPv4')
    if (outside === undefined) return void process.stderr.write('not tried: this machine has no address but loopback\n')
    const address = `http://${outside.address}:${new URL(alb.url).port}`
    await expect(fetch(address, { headers: { host: 'localhost' } })).rejects.toThrow('fetch failed')
  })
})

describe('the session cookie', () => {
  const large = { email: 'large@example.com', name: 'x'.repeat(7_000) }

  test('is one for a small user', async () => {
    const browser = new Browser()
    await browser.signIn(alb.url)
    expect(browser.cookieOf('AWSELBAuthSessionCookie-0')).toMatch(/^[A-Za-z0-9+/=]{44,4069}$/)
    expect(browser.cookieOf('AWSELBAuthSessionCookie-1')).toBeUndefined()
  })

  test('is in shards of 4 K for a large one, and all of them are needed', async () => {
    const { cookie } = alb.signIn(large)
    const shards = cookie.split('; ')
    expect(shards.length).toBe(3)
    for (const shard of shards) expect(shard.length).toBeLessThanOrEqual(4096)
    const statusOf = async (header: string) =>
      (await fetch(alb.url, { headers: { cookie: header }, redirect: 'manual' })).status
    expect(await statusOf(cookie)).toBe(200)
    // An app that forgets one of them at sign-out leaves a session that is none.
    for (const left of shards) expect(await statusOf(left)).toBe(302)
  })

  test('of the next sign-in takes the shards of a larger one away', async () => {
    const other = await startLocalAlb({ target: app.url, port: 0, users: [large, { email: 'small@example.com' }] })
    try {
      const browser = new Browser()
      await browser.signIn(other.url)
      expect(browser.cookieOf('AWSELBAuthSessionCookie-2')).toBeDefined()
      const status = await (await browser.send(`${other.url}/_local-alb`)).text()
      const signOut = new URLSearchParams({ form: fieldOf(status, 'form') })
      const before = browser.cookie
      await browser.send(`${other.url}/_local-alb/sign-out`, { method: 'POST', body: signOut })
      expect(browser.cookie).not.toContain('AWSELBAuthSessionCookie')
      // As a browser that kept them all: its session at the load balancer is over, that of the pool too.
      browser.restore(before)
      await browser.signIn(other.url, 1)
      expect(browser.cookieOf('AWSELBAuthSessionCookie-1')).toBeUndefined()
      expect((await browser.send(other.url)).status).toBe(200)
    } finally {
      await other.stop()
    }
  })
})

describe('signing out', () => {
  test('makes the user pool forget who signed in', async () => {
    const browser = new Browser()
    await browser.signIn(alb.url)
    // The app expires the load balancer's cookie; the pool alone would sign straight in again.
    const again = new Browser()
    await again.signIn(alb.url)
    expect(await browser.follow(logoutUrl(`${alb.url}/`))).toBe(`${alb.url}/`)
    expect(browser.cookieOf(ownCookie('pool', alb.url))).toBeUndefined()
    expect(again.cookieOf(ownCookie('pool', alb.url))).toBeDefined()
  })

  test('leads to a URL that was allowed', async () => {
    expect(await new Browser().follow(logoutUrl('https://app.example/bye'))).toBe('https://app.example/bye')
  })

  test.each(['https://evil.example/', 'javascript:alert(1)', '//evil.example', ''])('never to "%s"', async (uri) => {
    expect((await fetch(logoutUrl(uri), { redirect: 'manual' })).status).toBe(400)
  })

  test.each([
    ['/a\r\nset-cookie: b=c', '/aset-cookie:%20b=c'],
    ['/日本?é', '/%E6%97%A5%E6%9C%AC?%C3%A9'],
    ['/../b', '/b'],
  ])('to %j of this load balancer as the URL that it is', async (sent, path) => {
    const response = await fetch(logoutUrl(alb.url + sent), { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, alb.url + path])
  })

  test('never to this host under another name: the whole origin counts', async () => {
    expect((await fetch(logoutUrl(`${alb.url}.evil.example/`), { redirect: 'manual' })).status).toBe(400)
    expect((await fetch(logoutUrl(`${alb.url}@evil.example/`), { redirect: 'manual' })).status).toBe(400)
  })

  test('needs the client', async () => {
    expect((await fetch(logoutUrl(`${alb.url}/`, 'other'), { redirect: 'manual' })).status).toBe(400)
  })
})
