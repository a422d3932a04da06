import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
  `${alb.url}/_local-alb/logout?${new URLSearchParams({ client_id: client, logout_uri: uri }).toString()}`

describe('somebody without a session', () => {
  test('is sent to the authorize page with the parameters of AWS and a nonce', async () => {
    const browser = new Browser()
    const url = new URL(await browser.follow(`${alb.url}/a?b=c`))
    expect(url.origin).toBe(alb.url)
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
    expect(await (await browser.send(`${alb.url}/_local-alb`)).text()).toContain('new@example.com), groups: a, b.')
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
    expect(await response.text()).toContain('.email must')
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

  test('is closed to other names of this machine (DNS rebinding)', async () => {
    const { request } = await import('node:http')
    const status = await new Promise((resolve, reject) => {
      const options = { headers: { host: 'evil.example' } }
      request(`${alb.url}/_local-alb`, options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(400)
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
    expect(browser.cookieOf('local-alb-pool')).toBeUndefined()
    expect(again.cookieOf('local-alb-pool')).toBeDefined()
  })

  test('leads to a URL that was allowed', async () => {
    expect(await new Browser().follow(logoutUrl('https://app.example/bye'))).toBe('https://app.example/bye')
  })

  test.each(['https://evil.example/', 'javascript:alert(1)', '//evil.example', ''])('never to "%s"', async (uri) => {
    expect((await fetch(logoutUrl(uri), { redirect: 'manual' })).status).toBe(400)
  })

  test('never to this host under another name: the whole origin counts', async () => {
    expect((await fetch(logoutUrl(`${alb.url}.evil.example/`), { redirect: 'manual' })).status).toBe(400)
    expect((await fetch(logoutUrl(`${alb.url}@evil.example/`), { redirect: 'manual' })).status).toBe(400)
  })

  test('needs the client', async () => {
    expect((await fetch(logoutUrl(`${alb.url}/`, 'other'), { redirect: 'manual' })).status).toBe(400)
  })
})
