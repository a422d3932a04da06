import { connect as connectHttp2 } from 'node:http2'
import { request, type RequestOptions } from 'node:https'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { type EchoApp, startEchoApp } from './echo-app.js'

let app: EchoApp
let alb: LocalAlb
beforeAll(async () => {
  app = await startEchoApp()
  alb = await startLocalAlb({ target: app.url, port: 0, https: true, rules: [{ path: '/api/*', action: 'deny' }] })
})
afterAll(async () => {
  await alb.stop()
  await app.stop()
})

interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

async function get(path: string, options: RequestOptions = {}): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const { certificate = '' } = alb
    request(alb.url + path, { ca: certificate, ...options }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, headers: response.headers, body }), reject)
    })
      .on('error', reject)
      .end()
  })
}

/** One request by HTTP/2. */
async function get2(path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  const session = connectHttp2(alb.url, { ca: alb.certificate ?? '' })
  try {
    return await new Promise((resolve, reject) => {
      session.on('error', reject)
      const stream = session.request({ ':path': path, ...(body && { ':method': 'POST' }), ...headers })
      stream.on('error', reject)
      stream.on('response', (answer) => {
        text(stream).then(
          (received) => resolve({ status: answer[':status'], headers: answer as Answer['headers'], body: received }),
          reject,
        )
      })
      stream.end(body)
    })
  } finally {
    session.close()
  }
}

interface Echo {
  readonly url: string
  readonly headers: Record<string, string>
}

test('the origins are of TLS, and the keys are had without', () => {
  const { port } = new URL(alb.url)
  expect(alb.url).toBe(`https://localhost:${port}`)
  expect(alb.env).toMatchObject({
    COGNITO_AUTH_LOCAL_ALB: `http://localhost:${port}`,
    COGNITO_AUTH_DOMAIN: `https://127.0.0.1:${port}/_local-alb`,
    COGNITO_AUTH_LOGOUT_URLS: `https://localhost:${port}/`,
  })
})

describe.each([
  ['HTTP/1.1', async (path: string, headers: Record<string, string> = {}) => await get(path, { headers })],
  ['HTTP/2', get2],
])('by %s', (_version, ask) => {
  test('who is signed in reaches the app, which sees TLS and HTTP/1.1', async () => {
    const { cookie } = alb.signIn('dev@example.com')
    const { status, body } = await ask('/a?b=c', { cookie })
    expect(status).toBe(200)
    const { url, headers } = JSON.parse(body) as Echo
    expect(url).toBe('/a?b=c')
    expect(headers).toMatchObject({
      host: new URL(alb.url).host,
      'x-forwarded-proto': 'https',
      'x-forwarded-port': new URL(alb.url).port,
      'x-amzn-oidc-data': expect.any(String) as string,
    })
    expect(Object.keys(headers).filter((name) => name.startsWith(':'))).toEqual([])
  })

  test('who is not is sent to sign in, with a Secure cookie', async () => {
    const { status, headers } = await ask('/')
    expect([
      status,
      String(headers['location']).startsWith(`${alb.env['COGNITO_AUTH_DOMAIN']}/oauth2/authorize?`),
    ]).toEqual([302, true])
    expect([headers['set-cookie']].flat().join()).toMatch(/^AWSALBAuthNonce=.*; Secure/)
  })

  test('what the load balancer answers itself is read', async () => {
    expect((await ask('/api/a')).status).toBe(401)
    expect((await ask('/_local-alb')).body).toContain('<h1>Requests</h1>')
    expect((await ask('/', { 'x-pad': 'x'.repeat(17_000) })).status).toBe(400)
  })
})

test('a body of HTTP/2 reaches the app', async () => {
  const { cookie } = alb.signIn('dev@example.com')
  const { status } = await get2('/upload', { cookie }, 'x'.repeat(100_000))
  expect(status).toBe(200)
})

test('a foreign :authority is answered 400 (DNS rebinding)', async () => {
  expect((await get2('/_local-alb', { ':authority': 'evil.example' })).status).toBe(400)
})

test('an outage is a 502 by HTTP/2, too', async () => {
  const down = await startLocalAlb({ target: 'http://127.0.0.1:1', port: 0, https: true })
  const before = alb
  try {
    alb = down
    const { cookie } = down.signIn('dev@example.com')
    const { status, body } = await get2('/', { cookie })
    expect([status, body.includes('Nothing answers')]).toEqual([502, true])
  } finally {
    alb = before
    await down.stop()
  }
})

test('a WebSocket passes by TLS', async () => {
  const { cookie } = alb.signIn('dev@example.com')
  const socket = new WebSocket(alb.url.replace('https', 'wss'), { headers: { cookie }, ca: alb.certificate ?? '' })
  const first = await new Promise<string>((resolve, reject) => {
    socket.on('message', (message: Buffer) => resolve(message.toString())).on('error', reject)
  })
  expect(JSON.parse(first)).toHaveProperty('x-amzn-oidc-data')
  socket.close()
})

test('an upgrade to something else is plain by TLS, too', async () => {
  const { cookie } = alb.signIn('dev@example.com')
  const { status } = await get('/a', { headers: { cookie, connection: 'Upgrade', upgrade: 'h2c' } })
  expect(status).toBe(200)
})

describe('plain HTTP on the same port', () => {
  const plain = (): string => alb.env['COGNITO_AUTH_LOCAL_ALB'] ?? ''

  test('sends people to TLS', async () => {
    const response = await fetch(`${plain()}/a?b`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([301, `${alb.url}/a?b`])
  })

  test('has the keys and the API', async () => {
    const jwks = `${plain()}/_local-alb/${alb.env['COGNITO_AUTH_USER_POOL_ID']}/.well-known/jwks.json`
    expect(await (await fetch(jwks)).json()).toHaveProperty('keys')
    const api = await fetch(`${plain()}/_local-alb/api/fault`, { headers: { 'x-local-alb': '1' } })
    expect(await api.json()).toEqual({ fault: null })
  })

  test('gives nobody a session, and forwards nothing', async () => {
    const { cookie } = alb.signIn('dev@example.com')
    expect((await fetch(`${plain()}/a`, { headers: { cookie }, redirect: 'manual' })).status).toBe(301)
    const headers = { cookie, 'x-local-alb-ticket': 'x' }
    expect((await fetch(`${plain()}/a`, { headers, redirect: 'manual' })).status).toBe(301)
  })
})

test('an app behind TLS is attacked like every other', async () => {
  // It answers everybody who has an x-amzn-oidc-data, and shows what it gets.
  const report = await alb.attack()
  expect(report.results.find(({ name }) => name === 'good')).toMatchObject({ got: 200, verdict: 'pass' })
  expect(report.failed).toBeGreaterThan(10)
}, 60_000)
