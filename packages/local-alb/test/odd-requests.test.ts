import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { originOf } from '../src/net/own-host.js'
import { type EchoApp, startEchoApp } from './echo-app.js'
import { head, open, send, statusOf } from './raw-http.js'

let app: EchoApp
let alb: LocalAlb

beforeAll(async () => {
  app = await startEchoApp()
  const rules = [
    { path: '/api/*', action: 'deny' },
    { path: '/*', action: 'none' },
  ] as const
  alb = await startLocalAlb({ target: app.url, port: 0, rules })
})

afterAll(async () => {
  await alb.stop()
  await app.stop()
})

afterEach(() => vi.restoreAllMocks())

async function expectNormal(): Promise<void> {
  expect((await fetch(`${alb.url}/a`)).status).toBe(200)
}

const H2C = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQBAAAAAAIAAAAA']

describe('a client that would rather speak HTTP/2 (curl --http2, Java)', () => {
  test.each([
    ['the app', '/a', '"url":"/a"'],
    ['the status page', '/_local-alb', '<h1>Requests</h1>'],
    ['keys', '/_local-alb/xx-local-1_LocalAlb1/.well-known/jwks.json', '"keys":'],
  ])('is answered by %s in HTTP/1.1', async (_what, path, expected) => {
    const answer = await send(
      alb.url,
      head(`GET ${path} HTTP/1.1`, `Host: ${new URL(alb.url).host}`, ...H2C, 'Connection: close'),
    )
    expect(statusOf(answer)).toBe(200)
    expect(answer).toContain(expected)
  })

  test('may send bodies, many on one connection', async () => {
    const warned = vi.spyOn(process, 'emitWarning')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQ' }
    const ports = new Set<number | undefined>()
    for (let count = 0; count < 20; count += 1) {
      const answer = await new Promise<string>((resolve, reject) => {
        const req = request(`${alb.url}/upload`, {
          method: 'POST',
          agent,
          headers: { ...headers, 'content-length': 3 },
        })
        req.on('error', reject).on('response', (res) => {
          ports.add(res.socket.localPort)
          resolve(text(res))
        })
        req.end('abc')
      })
      // SHA-256 of "abc" (FIPS 180-2, appendix B.1).
      expect(answer).toMatch(/^ba7816bf8f01cfea/)
    }
    expect(ports.size).toBe(1)
    expect(warned).not.toHaveBeenCalled()
    agent.destroy()
  })

  test('does no harm by sending the next request before the answer', async () => {
    const socket = await open(alb.url)
    socket.write(head('GET /slow HTTP/1.1', 'Host: localhost', ...H2C).repeat(3))
    await expectNormal()
    socket.destroy()
    await expectNormal()
  })

  test('is subject to the rules', async () => {
    const request = head('GET /api/a HTTP/1.1', 'Host: localhost', ...H2C, 'Connection: close')
    expect(statusOf(await send(alb.url, request))).toBe(401)
  })
})

test.each(['/_local-alb', '/_local-alb/x', '/oauth2/idpresponse'])(
  'a WebSocket to %s, which is not the app’s, never reaches the app',
  async (path) => {
    const socket = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AA==']
    const answer = await send(
      alb.url,
      head(`GET ${path} HTTP/1.1`, `Host: ${new URL(alb.url).host}`, ...socket, 'Connection: close'),
    )
    expect(statusOf(answer)).not.toBe(101)
    expect(answer).toContain('Local load balancer')
  },
)

describe('the target of a request', () => {
  const get = async (...lines: string[]): Promise<string> => await send(alb.url, head(...lines, 'Connection: close'))

  test('may be a whole URL, and is subject to the rules all the same', async () => {
    expect(statusOf(await get('GET http://localhost/api/a HTTP/1.1', 'Host: localhost'))).toBe(401)
    expect(await get(`GET ${alb.url}/_local-alb HTTP/1.1`, 'Host: localhost')).toContain('<h1>Requests</h1>')
    expect(await get('GET HTTP://LOCALHOST:1/%2Fa?b=c#d HTTP/1.1', 'Host: x.localhost')).toContain(
      '"url":"/%2Fa?b=c#d"',
    )
    expect(await get('GET http://localhost?b HTTP/1.1', 'Host: localhost')).toContain('"url":"/?b"')
  })

  test.each(['http://evil.example/a', 'http://evil@localhost/a', 'ftp://localhost/a', '*', 'a'])(
    'is not %s',
    async (target) => {
      expect(statusOf(await get(`OPTIONS ${target} HTTP/1.1`, 'Host: localhost'))).toBe(400)
    },
  )
})

describe('the Host of a request', () => {
  const answerTo = async (url: string, host: string, path = '/a'): Promise<string> =>
    await send(url, head(`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close'))

  test.each([
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1:8080',
    '127.1.2.3',
    '[::1]:8080',
    'app.localhost',
    'a.b.localhost:1',
  ])('may be %s', async (host) => expect(statusOf(await answerTo(alb.url, host))).toBe(200))

  test.each([
    'evil.example',
    'localhost.evil.example',
    'evillocalhost',
    '127.0.0.1.evil.example',
    'localhost@evil',
    '',
  ])('is not %j, and the answer says what it can be', async (host) => {
    const answer = await answerTo(alb.url, host)
    expect(statusOf(answer)).toBe(400)
    expect(answer).toContain('answers to localhost, *.localhost, 127.0.0.1, [::1] and the host of --public-url only')
  })

  test('is looked at by a Lambda function behind the load balancer, too', async () => {
    const rules = [{ path: '/*', action: 'none' }] as const
    const lambda = await startLocalAlb({ lambda: () => ({ statusCode: 200 }), port: 0, rules })
    try {
      expect(statusOf(await answerTo(lambda.appUrl, 'evil.example'))).toBe(400)
      expect(statusOf(await answerTo(lambda.appUrl, 'localhost'))).toBe(200)
    } finally {
      await lambda.stop()
    }
  })

  test('may be missing in HTTP/1.0, but then nobody can be sent to sign in: 401, as on AWS', async () => {
    const signInOnly = await startLocalAlb({ target: app.url, port: 0, rules: [{ path: '/open', action: 'none' }] })
    try {
      expect(statusOf(await send(signInOnly.url, head('GET /open HTTP/1.0')))).toBe(200)
      expect(statusOf(await send(signInOnly.url, head('GET / HTTP/1.0')))).toBe(401)
      const { cookie } = signInOnly.signIn('dev@example.com')
      expect(statusOf(await send(signInOnly.url, head('GET / HTTP/1.0', `Cookie: ${cookie}`)))).toBe(200)
      expect(statusOf(await send(signInOnly.url, head('GET / HTTP/1.1')))).toBe(400)
    } finally {
      await signInOnly.stop()
    }
  })
})

test.each([
  ['localhost:80', 'http://localhost'],
  ['LocalHost:8080', 'http://localhost:8080'],
  ['localhost:99999', 'http://localhost:99999'],
])('%s is %s, as a browser has it, so that a sign-in ends where it began', (host, origin) => {
  expect(originOf(host)).toBe(origin)
})

test('somebody who writes the name in capitals is sent to sign in', async () => {
  const signInOnly = await startLocalAlb({ target: app.url, port: 0 })
  try {
    const host = signInOnly.url.replace('http://localhost', 'LOCALHOST')
    expect(await send(signInOnly.url, head('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close'))).toContain(
      '/oauth2/authorize?',
    )
  } finally {
    await signInOnly.stop()
  }
})
