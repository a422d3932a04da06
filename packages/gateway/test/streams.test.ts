import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { ADA, exchange, GUEST, head, type Stage, startApp, startStage, type TestApp } from './stage.js'

/** Seconds that access tokens last here: the rest of one, and another. */
const LIFETIME = 2

let alb: TestAlb
let server: Server
let sockets: WebSocketServer
let stage: Stage

beforeAll(async () => {
  alb = await createTestAlb({ accessTokenLifetimeSeconds: LIFETIME })
  server = createServer((req, res) => {
    if (req.url === '/events') {
      res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      res.write('data: 1\n\n')
    } else if (req.url === '/download') {
      res.writeHead(200, { 'content-type': 'application/zip' })
      res.write('begun,')
      setTimeout(() => res.end('done'), (LIFETIME + 1) * 1000)
    } else res.end(req.headers['x-auth-request-email'])
  })
  sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (req, socket, first) => {
    if (req.url === '/none') return void socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone')
    if (req.url === '/other')
      return void socket.end('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\nsecret')
    if (req.url === '/gone') return void socket.destroy()
    sockets.handleUpgrade(req, socket, first, (ws) => {
      ws.send(`hello ${String(req.headers['x-auth-request-email'])}`)
      ws.on('message', (data) => ws.send(`echo ${String(data)}`))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stage = await startStage({ upstream, bypass: ['/open'], timeoutSeconds: 1 }, alb)
})

afterAll(async () => {
  await stage.gateway.stop()
  server.closeAllConnections()
  server.close()
})

function socketTo(path: string, headers: Record<string, string>): WebSocket {
  return new WebSocket(stage.gateway.url.replace('http', 'ws') + path, { headers })
}

async function nextMessage(ws: WebSocket): Promise<string> {
  const [data] = (await once(ws, 'message')) as [Buffer]
  return data.toString('utf8')
}

describe('a WebSocket', () => {
  test('carries the identity, and ends when the access token does, on both sides', async () => {
    const ws = socketTo('/', { ...(await alb.headersFor(ADA)), X_Auth_Request_Email: 'boss' })
    const begun = Date.now()
    expect(await nextMessage(ws)).toBe('hello ada@example.com')
    ws.send('x')
    expect(await nextMessage(ws)).toBe('echo x')
    const [app] =
      sockets.clients.size > 0 ? [...sockets.clients] : await (once(sockets, 'connection') as Promise<[WebSocket]>)
    const appClosed = app === undefined || app.readyState === WebSocket.CLOSED ? Promise.resolve() : once(app, 'close')
    const [code] = (await once(ws, 'close')) as [number]
    expect(code).toBe(1006)
    expect(Date.now() - begun).toBeGreaterThan(500)
    await appClosed
  })

  test('on a bypassed path has no identity, and no end', async () => {
    const ws = socketTo('/open', await alb.headersFor(ADA))
    expect(await nextMessage(ws)).toBe('hello ')
    await new Promise((resolve) => setTimeout(resolve, (LIFETIME + 1) * 1000))
    expect(ws.readyState).toBe(WebSocket.OPEN)
    ws.terminate()
  })

  const UPGRADE = {
    host: 'a',
    connection: 'keep-alive, Upgrade',
    upgrade: 'WebSocket',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version': '13',
  }

  test.each([
    ['without tokens', {}, '/', /^HTTP\/1\.1 401 [^]*"code":"missing_token"/],
    ['of who may not', GUEST, '/', /^HTTP\/1\.1 403 [^]*"code":"access_denied"/],
    ['that the app refuses', ADA, '/none', /^HTTP\/1\.1 404 Not Found[^]*none/],
    ['that the app hangs up on', ADA, '/gone', /^HTTP\/1\.1 502 [^]*"code":"upstream_unavailable"/],
    ['of the gateway itself', ADA, '/_cognito-auth/x', /^HTTP\/1\.1 404 /],
    ['that the app switches to another protocol', ADA, '/other', /^$/],
  ])('%s does not stand', async (_, user, path, expected) => {
    const tokens = 'email' in user ? await alb.headersFor(user) : {}
    // What follows the head must not reach the app as another request.
    const text = await exchange(
      stage.port,
      `${head('GET', path, { ...UPGRADE, ...tokens })}GET /secret HTTP/1.1\r\nHost: a\r\n\r\n`,
    ).catch(() => '')
    expect(text).toMatch(expected)
    expect(text).not.toContain('secret')
  })
})

describe('an answer without an end', () => {
  test('of events ends when the access token does, though it is silent for longer than an answer may be', async () => {
    const begun = Date.now()
    const response = await fetch(`${stage.gateway.url}/events`, { headers: await alb.headersFor(ADA) })
    await expect(response.text()).rejects.toThrow('terminated')
    expect(Date.now() - begun).toBeGreaterThan(500)
  })

  test('that is a download goes on', async () => {
    const response = await fetch(`${stage.gateway.url}/download`, { headers: await alb.headersFor(ADA) })
    expect(await response.text()).toBe('begun,done')
  })
})

test('events come at once, not with the next ones', async () => {
  const app: TestApp = await startApp((_, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write('data: first\n\n')
  })
  const own = await startStage({ upstream: app.url })
  const response = await fetch(own.gateway.url, { headers: await own.alb.headersFor(ADA) })
  const { value } = (await response.body?.getReader().read()) ?? {}
  expect(Buffer.from(value ?? []).toString()).toBe('data: first\n\n')
  await own.gateway.stop()
  await app.close()
})
