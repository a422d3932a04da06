import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { type EchoApp, startEchoApp } from './echo-app.js'
import { head, open } from './raw-http.js'

let app: EchoApp
let alb: LocalAlb

beforeAll(async () => {
  app = await startEchoApp()
  const rules = [
    { path: '/open/*', action: 'none' },
    { path: '/api/*', action: 'deny' },
  ] as const
  alb = await startLocalAlb({ target: app.url, port: 0, rules })
})

afterAll(async () => {
  await alb.stop()
  await app.stop()
})

/** Sends a request and resets the connection at once, over and over: an answer on its way then meets ECONNRESET. */
async function reset(url: string, request: string): Promise<void> {
  for (let count = 0; count < 50; count += 1) {
    const socket = await open(url)
    socket.on('error', () => undefined)
    socket.write(request)
    await new Promise((resolve) => setImmediate(resolve))
    socket.resetAndDestroy()
  }
}

const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AA==']

test.each([
  ['a WebSocket under a foreign name', head('GET / HTTP/1.1', 'Host: evil.example', ...upgrade)],
  ['a WebSocket that is refused', head('GET /api/a HTTP/1.1', 'Host: localhost', ...upgrade)],
  ['a WebSocket that is taken', head('GET /open/a HTTP/1.1', 'Host: localhost', ...upgrade)],
  ['no HTTP at all', 'GARBAGE\r\n\r\n'],
  ['a request', head('GET /open/a HTTP/1.1', 'Host: localhost')],
])('somebody who asks for %s and resets the connection does no harm', async (_what, request) => {
  await reset(alb.url, request)
  expect((await fetch(`${alb.url}/open/a`)).status).toBe(200)
})

test('nor does one who does so to a Lambda function', async () => {
  const lambda = await startLocalAlb({
    lambda: () => ({ statusCode: 200 }),
    port: 0,
    rules: [{ path: '/*', action: 'none' }],
  })
  try {
    await reset(lambda.appUrl, head('GET / HTTP/1.1', 'Host: localhost', ...upgrade))
    expect((await fetch(lambda.url)).status).toBe(200)
  } finally {
    await lambda.stop()
  }
})
