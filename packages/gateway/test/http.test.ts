import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { createTestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { describe, expect, test } from 'vitest'
import { alb, appOf, rawApp, stageOf, tokens, useFreshStages } from './fresh-stages.js'
import { ADA, exchange, head, startStage } from './stage.js'

const PAGE = { 'sec-fetch-dest': 'document', accept: 'text/html' }

useFreshStages()

describe('bodies', () => {
  test('of 32 MB go up and come down as they are', async () => {
    const app = await appOf((req, res) => req.pipe(res))
    const { gateway } = await stageOf({ upstream: app.url })
    const sent = randomBytes(32 * 1024 * 1024)
    for (const framing of [{ 'content-length': String(sent.length) }, { 'transfer-encoding': 'chunked' }]) {
      const received = createHash('sha256')
      await new Promise<void>((resolve, reject) => {
        const request = httpRequest(gateway.url, { method: 'POST', headers: { ...tokens, ...framing } }, (answer) => {
          answer.on('data', (chunk: Buffer) => received.update(chunk))
          answer.on('end', resolve)
          answer.on('error', reject)
        })
        request.on('error', reject)
        request.end(sent)
      })
      expect(received.digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'))
    }
  })

  test('an answer of the app to half an upload is passed on', async () => {
    const app = await appOf((_, res) => res.writeHead(413, { connection: 'close' }).end('too large'))
    const { port } = await stageOf({ upstream: app.url })
    for (const framing of [{ 'content-length': '1000000' }, { 'transfer-encoding': 'chunked' }]) {
      const text = await exchange(port, `${head('POST', '/', { host: 'a', ...tokens, ...framing })}10\r\n`, /too large/)
      expect(text).toMatch(/^HTTP\/1\.1 413 /)
    }
  })

  test('are not read for who is refused: not even asked for, where the client waits', async () => {
    const app = await appOf()
    const { port } = await stageOf({ upstream: app.url })
    const lines = { host: 'a', 'content-length': '5', expect: '100-continue', connection: 'close' }
    const refused = await exchange(port, head('POST', '/', lines), /\}$/)
    expect(refused).toMatch(/^HTTP\/1\.1 401 /)
    expect(app.seen).toEqual([])
    const allowed = await exchange(port, `${head('POST', '/', { ...lines, ...tokens })}12345`)
    expect(allowed).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
    expect(app.seen.at(-1)).toMatchObject({ bytes: 5 })
    expect(app.seen.at(-1)?.headers['expect']).toEqual(['100-continue'])
  })

  test('of a GET in chunks stay in chunks', async () => {
    const app = await appOf()
    const { port } = await stageOf({ upstream: app.url })
    const lines = { host: 'a', connection: 'close', 'transfer-encoding': 'chunked', ...tokens }
    for (const method of ['GET', 'DELETE', 'PUT', 'OPTIONS']) {
      const text = await exchange(port, `${head(method, '/', lines)}3\r\nabc\r\n0\r\n\r\n`)
      expect(text).toMatch(/"bytes":3/)
    }
  })
})

describe('requests that two servers may read as two', () => {
  const OF = { host: 'a' }
  test.each<[string, string]>([
    [
      'Content-Length and Transfer-Encoding',
      `${head('POST', '/', { ...OF, 'content-length': '3', 'transfer-encoding': 'chunked' })}0\r\n\r\n`,
    ],
    [
      'Transfer-Encoding and Content-Length',
      `${head('POST', '/', { ...OF, 'transfer-encoding': 'chunked', 'content-length': '3' })}0\r\n\r\n`,
    ],
    ['two lengths', head('POST', '/', { ...OF, 'content-length': ['0', '0'] })],
    ['a length with a sign', head('POST', '/', { ...OF, 'content-length': '+0' })],
    ['two encodings', `${head('POST', '/', { ...OF, 'transfer-encoding': ['chunked', 'chunked'] })}0\r\n\r\n`],
    ['another encoding', head('POST', '/', { ...OF, 'transfer-encoding': 'gzip' })],
    ['an encoding more', head('POST', '/', { ...OF, 'transfer-encoding': 'gzip, chunked' })],
    ['an encoding of HTTP/1.0', `${head('POST', '/', { ...OF, 'transfer-encoding': 'chunked' }, 'HTTP/1.0')}0\r\n\r\n`],
    ['a second Host', head('GET', '/', { host: ['a', 'b'] })],
    ['the same Host twice', head('GET', '/', { host: ['a', 'a'] })],
    ['no Host', head('GET', '/', {})],
    ['a Host with a path', head('GET', '/', { host: 'a/b' })],
    ['a target that is a URL', head('GET', 'http://b/', OF)],
    ['a target that is a star', head('OPTIONS', '*', OF)],
    ['a target with a fragment', head('GET', '/health#/secret', OF)],
    ['a folded line', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n X-Auth-Request-Email: boss\r\n\r\n'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n'],
    ['a bare line feed', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['a bare carriage return', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\rX-B: c\r\n\r\n'],
    ['a NUL', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\0\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['h2c', head('GET', '/', { ...OF, connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' })],
    ['h2c without Connection', head('GET', '/', { ...OF, upgrade: 'h2c' })],
    ['a list to upgrade to', head('GET', '/', { ...OF, connection: 'upgrade', upgrade: 'websocket, h2c' })],
    ['a WebSocket by POST', head('POST', '/', { ...OF, connection: 'upgrade', upgrade: 'websocket' })],
    [
      'a WebSocket with a body',
      head('GET', '/', { ...OF, connection: 'upgrade', upgrade: 'websocket', 'content-length': '5' }),
    ],
    ['a WebSocket of HTTP/1.0', head('GET', '/', { ...OF, connection: 'upgrade', upgrade: 'websocket' }, 'HTTP/1.0')],
  ])('%s: 400 in front of an app, 403 where a proxy asks', async (what, bytes) => {
    const app = await appOf()
    const { port } = await stageOf({ upstream: app.url, bypass: ['/'] })
    const asked = await stageOf({ verifyOnly: true })
    const withTokens = bytes.replace(
      '\r\n\r\n',
      `\r\n${Object.entries(tokens)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\r\n')}\r\n\r\n`,
    )
    for (const text of [await exchange(port, bytes, /\}$/), await exchange(port, withTokens, /\}$/)])
      expect(text).toMatch(/^HTTP\/1\.1 400 [^]*"code":"bad_request"/)
    expect(app.seen).toEqual([])
    // Where a proxy asks, it asks for no tunnel: what is upgraded is a request like any other.
    const isTunnel = /WebSocket|upgrade|h2c/.test(what)
    expect(await exchange(asked.port, withTokens, /\}$|\r\n\r\n$/)).toMatch(
      isTunnel ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 403 [^]*"code":"bad_request"/,
    )
  })

  test('CONNECT is answered with 405', async () => {
    const { port } = await stageOf({ upstream: (await appOf()).url })
    for (const lines of [{ host: 'a' }, { host: 'a', ...tokens }])
      expect(await exchange(port, head('CONNECT', 'example.com:443', lines))).toMatch(
        /^HTTP\/1\.1 405 [^]*\r\nallow: /i,
      )
  })
})

describe('headers', () => {
  test('of 60 KiB pass in a request, of 30 KiB in an answer; more is refused', async () => {
    const app = await appOf((_, res) => {
      for (let index = 0; index < 30; index += 1) res.setHeader(`x-answer-${index}`, 'a'.repeat(980))
      res.end('ok')
    })
    const { port } = await stageOf({ upstream: app.url })
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-request-${index}`, 'a'.repeat(1000)]))
    const of = (count: number): string =>
      head('GET', '/', { host: 'a', connection: 'close', ...tokens, ...many(count) })
    expect(await exchange(port, of(56))).toMatch(/^HTTP\/1\.1 200 [^]*x-answer-29[^]*ok$/)
    const answer = await exchange(port, of(70), /\}$/)
    expect(answer).toMatch(/^HTTP\/1\.1 4/)
  })

  test('beyond the two-thousandth are seen too', async () => {
    const { port } = await stageOf({ verifyOnly: true })
    const lines = {
      host: 'a',
      connection: 'close',
      ...tokens,
      'x-a': Array.from({ length: 3000 }, () => 'b'),
      X_Auth_Request_Email: 'boss',
    }
    expect(await exchange(port, head('GET', '/verify', lines))).toMatch(/^HTTP\/1\.1 403 [^]*identity_header/)
  })

  test('of an answer go on as they are, but for those of the connection', async () => {
    const upstream = await rawApp((socket) =>
      socket.end(
        'HTTP/1.0 200 Fine\x01\x7F\r\nConnection: X-Hop\r\nX-Hop: 1\r\nTrailer: X-T\r\nKeep-Alive: timeout=1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\nbody',
      ),
    )
    const { port } = await stageOf({ upstream })
    const text = await exchange(port, head('GET', '/', { host: 'a', connection: 'close', ...tokens }))
    expect(text).toMatch(/^HTTP\/1\.1 200 Fine\r\n/)
    expect(text).toMatch(/\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nx-twice: 1\r\nx-twice: 2\r\n/i)
    expect(text).toMatch(/body/)
    expect(text).not.toMatch(/x-hop|trailer|keep-alive/i)
  })
})

describe('what the gateway answers itself', () => {
  test.each([
    ['/_cognito-auth/live', 200],
    ['/_cognito-auth/live?x', 200],
    ['/_cognito-auth/ready', 200],
    ['/_cognito-auth/jwks.json', 404],
    ['/_cognito-auth/', 404],
    ['/_cognito-auth', 404],
    ['/_cognito-auth/live/', 404],
    ['/_cognito-auth/x', 404],
    ['/_cognito-auth/../secret', 404],
    ['/_cognito-authx', 401],
    ['//_cognito-auth/live', 401],
    ['/%5Fcognito-auth/live', 401],
  ])('%s: %i', async (path, status) => {
    const app = await appOf()
    const { gateway } = await stageOf({ upstream: app.url })
    expect(await sendRaw(gateway.url, { path })).toMatchObject({ status })
    expect(app.seen).toEqual([])
    const signedIn = await sendRaw(gateway.url, { path, headers: tokens })
    expect(signedIn).toMatchObject({ status: status === 401 ? 200 : status })
  })

  test('people sign out at signOutPath, whoever they are, and the app never gets it', async () => {
    const app = await appOf()
    const { gateway } = await stageOf({
      upstream: app.url,
      signOutPath: '/logout',
      cognitoDomain: 'auth.example.com',
      logoutUrls: ['https://app.example.com/'],
    })
    for (const path of ['/logout', '/logout/', '/logout?x']) {
      const answer = await sendRaw(gateway.url, { path, headers: { accept: 'text/html' } })
      expect(answer).toMatchObject({
        status: 302,
        headers: { location: expect.stringMatching(/^https:\/\/auth\.example\.com\/logout/) },
      })
      expect(answer.headers['set-cookie']).toHaveLength(4)
    }
    expect(await sendRaw(gateway.url, { method: 'POST', path: '/logout' })).toMatchObject({ status: 200 })
    expect(app.seen).toEqual([])
    const denied = await sendRaw(gateway.url, {
      path: '/',
      headers: { ...(await alb.headersFor({ email: 'x@example.com' })), ...PAGE },
    })
    expect(denied).toMatchObject({ status: 403, body: expect.stringContaining('href="/logout"') })
  })

  test('an outage of the keys is a 503', async () => {
    const own = await createTestAlb()
    const { gateway } = await startStage({ upstream: (await appOf()).url }, own)
    own.goOffline()
    const answer = await sendRaw(gateway.url, { path: '/', headers: await own.headersFor(ADA) })
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } })
    await gateway.stop()
  })
})
