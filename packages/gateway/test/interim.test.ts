import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { GatewayOptions } from '../src/index.js'
import { ADA, exchange, GUEST, head, type Stage, startRawApp, startStage } from './stage.js'

let alb: TestAlb
let tokens: Record<string, string>
const stages: Stage[] = []
const closers: (() => void)[] = []

beforeAll(async () => {
  alb = await createTestAlb()
  tokens = { ...(await alb.headersFor(ADA)) }
})

afterEach(async () => {
  for (const { gateway } of stages.splice(0)) await gateway.stop()
})

afterAll(() => {
  for (const close of closers) close()
})

/** A gateway in front of an app that answers each piece of bytes that it gets. @returns its port. */
async function inFrontOf(
  onRequest: Parameters<typeof startRawApp>[0],
  options: Partial<GatewayOptions> = {},
): Promise<number> {
  const stage = await startStage({ upstream: await startRawApp(onRequest, closers), ...options }, alb)
  stages.push(stage)
  return stage.port
}

const CLOSE = { host: 'a', connection: 'close' }
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.js>; rel=preload\r\n\r\n'

describe('interim answers of the app', () => {
  test('go on as they are, each before the answer', async () => {
    const port = await inFrontOf((socket) => {
      socket.write(
        `${HINTS}HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 Own\r\nX-A: 1\r\nConnection: X-B\r\nX-B: 2\r\n\r\n`,
      )
      setTimeout(() => socket.write(OK), 50)
    })
    const text = await exchange(port, head('GET', '/', { ...CLOSE, ...tokens }))
    expect(text).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\nLink: <\/b\.js>; rel=preload\r\n\r\nHTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 199 Own\r\nX-A: 1\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/,
    )
  })

  test('come at once, not with the answer', async () => {
    const port = await inFrontOf((socket) => void socket.write(HINTS))
    expect(await exchange(port, head('GET', '/', { ...CLOSE, ...tokens }), /b\.js/)).toMatch(/^HTTP\/1\.1 103 /)
  })

  test('do not reach a client of HTTP/1.0, nor one that is refused', async () => {
    let requests = 0
    const port = await inFrontOf((socket) => {
      requests += 1
      socket.write(HINTS + OK)
    })
    expect(await exchange(port, head('GET', '/', { ...CLOSE, ...tokens }, 'HTTP/1.0'))).toMatch(/^HTTP\/1\.1 200 /)
    expect(requests).toBe(1)
    expect(await exchange(port, head('GET', '/', CLOSE))).toMatch(/^HTTP\/1\.1 401 /)
    expect(requests).toBe(1)
  })

  test('of pipelined requests stay with their own', async () => {
    const port = await inFrontOf((socket, text) => {
      const [, path] = /^GET \/(\w+)/.exec(text) ?? []
      const interim = `HTTP/1.1 103 Early Hints\r\nX-Of: ${path}\r\n\r\n`
      const answer = `HTTP/1.1 200 OK\r\nX-Of: ${path}\r\nContent-Length: 0\r\n\r\n`
      // The second one is ready long before it is its turn.
      if (path === 'one') setTimeout(() => socket.write(interim + answer), 200)
      else socket.write(interim + answer)
    })
    const text = await exchange(
      port,
      head('GET', '/one', { host: 'a', ...tokens }) + head('GET', '/two', { ...CLOSE, ...tokens }),
    )
    const parts = [...text.matchAll(/HTTP\/1\.1 (\d+) [^]*?X-Of: (\w+)/gi)].map(([, status, of]) => `${status} ${of}`)
    expect(parts).toEqual(['103 one', '200 one', '103 two', '200 two'])
  })
})

describe('a client that waits for 100', () => {
  const UPLOAD = { host: 'a', expect: '100-continue', 'content-length': '5' }

  test('gets it from the app', async () => {
    const port = await inFrontOf((socket, text) => {
      if (/\r\nexpect: 100-continue\r\n/i.test(text)) socket.write('HTTP/1.1 100 Continue\r\n\r\n')
      if (text.endsWith('12345')) socket.write(OK)
    })
    const answer = await exchange(port, head('POST', '/', { ...UPLOAD, ...tokens }), /100 Continue\r\n\r\n$/)
    expect(answer).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    expect(await exchange(port, `${head('POST', '/', { ...UPLOAD, ...tokens })}12345`, /ok$/)).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
    )
  })

  test('gets it all the same from an app that does not know of it', async () => {
    const port = await inFrontOf((socket, text) => {
      if (text.endsWith('12345')) socket.write(OK)
    })
    expect(await exchange(port, head('POST', '/', { ...UPLOAD, ...tokens }), /100 Continue/)).toMatch(
      /^HTTP\/1\.1 100 /,
    )
  })

  test('is told at once that the app does not want the body, and the connection ends', async () => {
    const port = await inFrontOf((socket) => void socket.write('HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n'))
    // Without an end, what the client sends next could be read as the body.
    const answer = await exchange(port, head('POST', '/', { ...UPLOAD, ...tokens }))
    expect(answer).toMatch(/^HTTP\/1\.1 413 No\r\n[^]*\r\nconnection: close\r\n/i)
  })

  test.each([
    ['without tokens', {}, 401],
    ['of a user who is denied', GUEST, 403],
  ])('%s is never asked for the body', async (_, user, status) => {
    const port = await inFrontOf((socket) => void socket.write(OK))
    const lines = { ...UPLOAD, ...('email' in user ? await alb.headersFor(user) : {}) }
    expect(await exchange(port, head('POST', '/', lines), /\}$/)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })

  test('though it has no body is not asked for one, nor is the app asked', async () => {
    let got = ''
    const port = await inFrontOf((socket, text) => {
      got += text
      socket.write(OK)
    })
    const lines = { ...CLOSE, expect: '100-continue', ...tokens }
    expect(await exchange(port, head('GET', '/', lines))).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*ok$/)
    expect(got).not.toMatch(/\r\nexpect:/i)
  })

  test('for anything else is a client like any other, where a proxy asks too', async () => {
    const lines = { ...CLOSE, expect: 'tea', ...tokens }
    expect(await exchange(await inFrontOf((socket) => void socket.write(OK)), head('GET', '/', lines))).toMatch(
      /^HTTP\/1\.1 200 /,
    )
    const asked = await startStage({ verifyOnly: true }, alb)
    stages.push(asked)
    expect(await exchange(asked.port, head('GET', '/verify', lines))).toMatch(/^HTTP\/1\.1 200 /)
    expect(await exchange(asked.port, head('GET', '/verify', { ...CLOSE, expect: 'tea' }))).toMatch(/^HTTP\/1\.1 401 /)
  })
})

describe('trailers', () => {
  const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n'

  test('of the app go on, but for those that frame or route a message', async () => {
    const port = await inFrontOf(
      (socket) =>
        void socket.write(
          `${CHUNKED}Trailer: X-Sum, Content-Length\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\nX-Sum: 43\r\nContent_Length: 9\r\nSet-Cookie: a=1\r\nX_Cognito_Auth_User: b\r\n\r\n`,
        ),
    )
    const text = await exchange(port, head('GET', '/', { ...CLOSE, ...tokens }))
    expect(text).toMatch(/\r\nTrailer: X-Sum\r\n/)
    expect(text).toMatch(/\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\nX-Sum: 43\r\n\r\n$/)
  })

  test('of an answer without chunks, or to a client without them, are left out', async () => {
    const port = await inFrontOf(
      (socket, text) =>
        void socket.end(
          text.startsWith('HEAD')
            ? `${CHUNKED}Trailer: X-Sum\r\n\r\n`
            : `${CHUNKED}Trailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\n\r\n`,
        ),
    )
    expect(await exchange(port, head('HEAD', '/', { ...CLOSE, ...tokens }))).toMatch(/^HTTP\/1\.1 200 (?![^]*X-Sum)/)
    const old = await exchange(port, head('GET', '/', { ...CLOSE, ...tokens }, 'HTTP/1.0'))
    expect(old).toMatch(/^HTTP\/1\.1 200 (?![^]*(?:X-Sum|chunked))[^]*\r\n\r\nok$/i)
  })

  test.each(['POST', 'GET', 'DELETE', 'PURGE'])(
    'of the client go on with a %s, but for identity under any name',
    async (method) => {
      let got = ''
      const port = await inFrontOf((socket, text) => {
        got += text
        if (/\r\n0\r\n[^]*\r\n\r\n$/.test(got)) socket.write(OK)
      })
      const lines = { ...CLOSE, ...tokens, 'transfer-encoding': 'chunked', trailer: 'X-Sum, X_Auth_Request_Email' }
      const trailers = [
        'X-Sum: 42',
        'X-Auth-Request-Email: boss',
        'X_Auth_Request_Email: boss',
        'X.Forwarded.User: boss',
        'x-amzn-oidc-identity: boss',
        'X-Cognito-Auth-User: boss',
        'Authorization: boss',
        'Content_Length: 5',
        'Host: boss',
      ]
      const text = await exchange(port, `${head(method, '/', lines)}2\r\nok\r\n0\r\n${trailers.join('\r\n')}\r\n\r\n`)
      expect(text).toMatch(/^HTTP\/1\.1 200 /)
      expect(got).toMatch(/\r\ntrailer: X-Sum\r\n/i)
      expect(got).toMatch(/\r\n0\r\nX-Sum: 42\r\n\r\n$/)
      expect(got).not.toMatch(/boss|Content_Length/)
    },
  )

  test('that would be an identity are refused where a proxy asks', async () => {
    const asked = await startStage({ verifyOnly: true }, alb)
    stages.push(asked)
    const lines = { ...CLOSE, ...tokens, 'transfer-encoding': 'chunked', trailer: 'X-Sum, X_Auth_Request_Email' }
    expect(
      await exchange(asked.port, `${head('POST', '/verify', lines)}0\r\nX_Auth_Request_Email: boss\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 403 [^]*"code":"identity_header"/)
  })
})

describe('an answer that Node cannot send on is a 502, and the gateway stands', () => {
  test.each([
    ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'],
    ['a status of 000', 'HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n'],
  ])('%s', async (_, answer) => {
    const port = await inFrontOf((socket) => void socket.write(answer))
    for (let index = 0; index < 2; index += 1)
      expect(await exchange(port, head('GET', '/', { ...CLOSE, ...tokens }))).toMatch(
        /^HTTP\/1\.1 502 [^]*"code":"upstream_unavailable"/,
      )
  })
})

test('the head of an answer does not wait for its body', async () => {
  const port = await inFrontOf(
    (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'),
  )
  expect(await exchange(port, head('GET', '/', { ...CLOSE, ...tokens }), /\r\n\r\n/)).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
})

test('an early answer to an upload is not lost with a reset: the app is not told to close the connection', async () => {
  const heads: string[] = []
  const port = await inFrontOf((socket, text) => {
    heads.push(text)
    socket.write(OK)
  })
  const lines = { ...CLOSE, ...tokens, 'transfer-encoding': 'chunked' }
  expect(await exchange(port, `${head('POST', '/', lines)}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
  expect(await exchange(port, `${head('POST', '/', { ...CLOSE, ...tokens, 'content-length': '0' })}`)).toMatch(/200/)
  expect(heads.join('')).toMatch(/\r\nconnection: keep-alive\r\n/i)
  expect(heads.join('')).not.toMatch(/\r\nconnection: close\r\n/i)
})
