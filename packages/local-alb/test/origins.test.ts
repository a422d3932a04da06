import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { Browser, fieldOf } from './browser.js'
import { type EchoApp, startEchoApp } from './echo-app.js'

const PUBLIC = 'https://x-8080.app.github.dev'

let app: EchoApp
beforeAll(async () => {
  app = await startEchoApp()
})
afterAll(async () => await app.stop())

interface Answer {
  readonly status: number | undefined
  readonly location: string | undefined
  readonly cookies: readonly string[]
  readonly body: string
}

async function get(url: string, headers: Record<string, string>): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => {
        const { location, 'set-cookie': cookies = [] } = response.headers
        resolve({ status: response.statusCode, location, cookies, body })
      })
    })
      .on('error', reject)
      .end()
  })
}

describe('the sign-in pages', () => {
  let alb: LocalAlb
  let pool: string

  beforeAll(async () => {
    alb = await startLocalAlb({ target: app.url, port: 0 })
    pool = alb.url.replace('localhost', '127.0.0.1')
  })
  afterAll(async () => await alb.stop())

  test('are at another origin than the app, and COGNITO_AUTH_DOMAIN is there', async () => {
    expect(alb.env['COGNITO_AUTH_DOMAIN']).toBe(`${pool}/_local-alb`)
    const { status, location } = await get(`${alb.url}/api/data`, {})
    expect([status, new URL(location ?? '').origin]).toEqual([302, pool])
  })

  test('allow no other origin to read them: a fetch() of the app fails', async () => {
    const { location = '' } = await get(`${alb.url}/api/data`, {})
    const response = await fetch(location, { headers: { origin: alb.url, 'sec-fetch-mode': 'cors' } })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('set their cookie there, and the app sees none of it', async () => {
    const browser = new Browser()
    const authorize = await browser.follow(alb.url)
    const page = await (await browser.send(authorize)).text()
    const body = new URLSearchParams({ form: fieldOf(page, 'form'), state: fieldOf(page, 'state'), user: '0' })
    const callback = await browser.follow(authorize, { method: 'POST', body })
    expect(new URL(callback).origin).toBe(alb.url)
  })

  test.each(['oauth2/authorize?client_id=x', 'logout?client_id=x'])('%s of the app is sent there', async (path) => {
    expect((await get(`${alb.url}/_local-alb/${path}`, {})).location).toBe(`${pool}/_local-alb/${path}`)
  })

  test('the console is at the origin of the app', async () => {
    expect((await get(`${pool}/_local-alb`, {})).location).toBe(`${alb.url}/_local-alb`)
  })
})

describe('with a public URL', () => {
  let alb: LocalAlb
  const forwarded = { host: 'localhost:1', 'x-forwarded-host': 'x-8080.app.github.dev' }

  beforeAll(async () => {
    alb = await startLocalAlb({ target: app.url, port: 0, publicUrl: PUBLIC })
  })
  afterAll(async () => await alb.stop())
  const here = (): string => alb.env['COGNITO_AUTH_LOCAL_ALB'] ?? ''

  test('the app is told of it, and gets its keys from this machine', () => {
    expect(alb.url).toBe(PUBLIC)
    expect(alb.env).toMatchObject({
      COGNITO_AUTH_DOMAIN: `${PUBLIC}/_local-alb`,
      COGNITO_AUTH_LOGOUT_URLS: `${PUBLIC}/`,
      COGNITO_AUTH_LOCAL_ALB: expect.stringMatching(/^http:\/\/localhost:\d+$/) as string,
    })
  })

  test.each([
    ['Host', { host: 'x-8080.app.github.dev' }],
    ['X-Forwarded-Host, as Codespaces send it', forwarded],
  ])('redirects go there, known by %s, and cookies are Secure', async (_how, headers) => {
    const { status, location = '', cookies } = await get(`${here()}/a`, headers)
    expect(status).toBe(302)
    expect(location.startsWith(`${PUBLIC}/_local-alb/oauth2/authorize?`)).toBe(true)
    expect(new URL(location).searchParams.get('redirect_uri')).toBe(`${PUBLIC}/oauth2/idpresponse`)
    expect(cookies.every((cookie) => /; secure/i.test(cookie))).toBe(true)
    const page = await get(here() + location.slice(PUBLIC.length), headers)
    expect(page.status).toBe(200)
    expect(page.body).toContain('dev@example.com')
  })

  test('the app sees its public name, and that it was asked by TLS', async () => {
    const { cookie } = alb.signIn('dev@example.com')
    const { headers } = JSON.parse((await get(`${here()}/a`, { ...forwarded, cookie })).body) as {
      headers: Record<string, string>
    }
    expect(headers).toMatchObject({
      host: 'x-8080.app.github.dev',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    })
  })

  test('who comes by localhost is sent to the public URL', async () => {
    expect((await get(`${here()}/a?b`, {})).location).toBe(`${PUBLIC}/a?b`)
  })

  test.each([
    { host: 'y-8080.app.github.dev' },
    { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    // What a page at a rebound name may send.
    { host: 'evil.example', 'x-forwarded-host': 'x-8080.app.github.dev' },
    { host: 'x-8080.app.github.dev.evil.example' },
  ])('no other name is answered: %j', async (headers) => {
    expect((await get(`${here()}/a`, headers)).status).toBe(400)
  })

  test('another forwarded host counts for nothing', async () => {
    const { location } = await get(`${here()}/a`, { 'x-forwarded-host': 'evil.example' })
    expect(location).toBe(`${PUBLIC}/a`)
  })
})

test('without one, a forwarded host counts for nothing', async () => {
  const alb = await startLocalAlb({ target: app.url, port: 0 })
  try {
    const { location = '' } = await get(`${alb.url}/a`, { 'x-forwarded-host': 'x-8080.app.github.dev' })
    expect(new URL(location).hostname).toBe('127.0.0.1')
  } finally {
    await alb.stop()
  }
})

test.each(['x-8080.app.github.dev', 'https://a.example/path', 'ftp://a.example', 'https://u:p@a.example'])(
  'is no public URL: %s',
  async (publicUrl) => {
    await expect(startLocalAlb({ target: app.url, port: 0, publicUrl })).rejects.toThrow(/^publicUrl must be an http/)
  },
)
