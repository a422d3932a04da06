import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
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
    ['the status page', '/_local-alb', '<h1>Status</h1>'],
    ['keys', '/_local-alb/eu-west-2_LocalAlb1/.well-known/jwks.json', '"keys":'],
  ])('is answered by %s in HTTP/1.1', async (_what, path, expected) => {
    const answer = await send(alb.url, head(`GET ${path} HTTP/1.1`, 'Host: localhost', ...H2C, 'Connection: close'))
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
    const answer = await send(alb.url, head(`GET ${path} HTTP/1.1`, 'Host: localhost', ...socket, 'Connection: close'))
    expect(statusOf(answer)).not.toBe(101)
    expect(answer).toContain('Local load balancer')
  },
)
