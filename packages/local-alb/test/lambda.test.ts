import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type LambdaEvent, type LambdaHandler, type LocalAlb, startLocalAlb } from '../src/index.js'
import { readAlbToken } from './tokens.js'

let alb: LocalAlb | undefined

afterEach(async () => {
  await alb?.stop()
  alb = undefined
})

async function start(lambda: LambdaHandler, lambdaMultiValueHeaders = false) {
  alb = await startLocalAlb({ lambda, lambdaMultiValueHeaders, port: 0, rules: [{ path: '/open/*', action: 'none' }] })
  return alb
}

const echo: LambdaHandler = (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
  body: JSON.stringify(event),
})

async function eventOf(path: string, init: RequestInit = {}): Promise<LambdaEvent> {
  return (await (await fetch(`${alb?.url}${path}`, init)).json()) as LambdaEvent
}

test('names that differ by letter case are lines of their own: single-header mode has no other way to set cookies', async () => {
  const { url } = await start(() => ({ statusCode: 200, headers: { 'set-cookie': 'a=1', 'Set-Cookie': 'b=2' } }))
  expect((await fetch(`${url}/open/`)).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
})

describe('the event of a request', () => {
  test('has the headers of the load balancer, in lower case', async () => {
    const { url, signIn } = await start(echo)
    const event = await eventOf('/a', { headers: { cookie: signIn('dev@example.com').cookie } })
    expect(event).toMatchObject({ httpMethod: 'GET', path: '/a', body: '', isBase64Encoded: false })
    expect(event.requestContext.elb.targetGroupArn).toMatch(/^arn:aws:elasticloadbalancing:.*:targetgroup\//)
    expect((await readAlbToken(event.headers?.['x-amzn-oidc-data'], url)).isVerified).toBe(true)
    expect(event).not.toHaveProperty('multiValueHeaders')
  })

  test('in single-value form has the last of several values, not decoded', async () => {
    await start(echo)
    expect((await eventOf('/open/?x=1&x=%202&y')).queryStringParameters).toEqual({ x: '%202', y: '' })
  })

  test('in multi-value form has all of them, and nothing in single-value form', async () => {
    await start((event) => ({ statusCode: 200, body: JSON.stringify(event) }), true)
    const event = await eventOf('/open/?x=1&x=2', { headers: { 'x-one': '1' } })
    expect(event.multiValueQueryStringParameters).toEqual({ x: ['1', '2'] })
    expect(event.multiValueHeaders?.['x-one']).toEqual(['1'])
    expect(event).not.toHaveProperty('headers')
    expect(event).not.toHaveProperty('queryStringParameters')
  })

  test.each([
    ['application/json', '{"a":1}', '{"a":1}', false],
    ['text/plain', 'é', 'é', false],
    ['application/octet-stream', 'abc', 'YWJj', true],
  ])('with %s has the body %s as %s', async (type, sent, body, isBase64Encoded) => {
    await start(echo)
    const event = await eventOf('/open/', { method: 'POST', body: sent, headers: { 'content-type': type } })
    expect(event).toMatchObject({ body, isBase64Encoded })
  })
})

describe('the answer of a function', () => {
  test('keeps headers of the form that the target group has, and loses the other', async () => {
    await start(echo)
    const single = await fetch(`${alb?.url}/open/`)
    expect([single.headers.get('content-type'), single.headers.getSetCookie()]).toEqual(['application/json', []])
    await alb?.stop()
    await start(echo, true)
    const multi = await fetch(`${alb?.url}/open/`)
    expect([multi.headers.get('content-type'), multi.headers.getSetCookie()]).toEqual([null, ['a=1', 'b=2']])
  })

  test('may be in base64', async () => {
    await start(() => ({ statusCode: 201, body: 'YWJj', isBase64Encoded: true }))
    const response = await fetch(`${alb?.url}/open/`)
    expect([response.status, await response.text()]).toEqual([201, 'abc'])
  })

  test.each<[what: string, lambda: LambdaHandler]>([
    ['nothing', () => undefined],
    ['a text', () => 'hello'],
    ['a status that is a text', () => ({ statusCode: '200' })],
    ['a body that is no text', () => ({ statusCode: 200, body: { a: 1 } })],
    ['a header that cannot be', () => ({ statusCode: 200, headers: { 'x y': 'a' } })],
    ['a body of over 1 MB', () => ({ statusCode: 200, body: 'x'.repeat(1024 * 1024 + 1) })],
    [
      'an error',
      () => {
        throw new Error('of the test')
      },
    ],
  ])('is 502 for %s', async (_what, lambda) => {
    await start(lambda)
    expect((await fetch(`${alb?.url}/open/`)).status).toBe(502)
  })
})

test('a handler can ask for the id of its call and the time it has left', async () => {
  await start((_event, context) => ({
    statusCode: 200,
    body: `${context.awsRequestId} ${context.getRemainingTimeInMillis()}`,
  }))
  const [id = '', left] = (await (await fetch(`${alb?.url}/open/`)).text()).split(' ')
  expect(id).toMatch(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/)
  expect(Number(left)).toBeGreaterThan(0)
  expect(Number(left)).toBeLessThanOrEqual(60_000)
})

test('a handler with a callback gets 502 and is told what to do, also when it calls it later', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  let later: Promise<void> | undefined
  const handler = (_event: unknown, _context: unknown, callback: (error: null, result: unknown) => void): void => {
    later = new Promise((resolve) =>
      setImmediate(() => {
        callback(null, { statusCode: 200 })
        resolve()
      }),
    )
  }
  await start(handler as LambdaHandler)
  const response = await fetch(`${alb?.url}/open/`)
  expect([response.status, await response.text()]).toEqual([502, expect.stringContaining('return the answer')])
  await later
  expect(said.mock.calls.flat().join('\n')).toMatch(/returned nothing.*\n.*called its callback/)
  said.mockRestore()
})

test('a body of over 1 MB is 413, and a WebSocket 400', async () => {
  await start(echo)
  const body = 'x'.repeat(1024 * 1024 + 1)
  expect((await fetch(`${alb?.url}/open/`, { method: 'POST', body })).status).toBe(413)
  const socket = new WebSocket(`${alb?.url.replace('http', 'ws')}/open/`)
  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_req, response) => resolve(response.resume().statusCode))
    socket.on('error', resolve)
  })
  expect(status).toBe(400)
})

test('a function and an app exclude each other', async () => {
  await expect(startLocalAlb({ lambda: echo, target: 'http://127.0.0.1:9', port: 0 })).rejects.toThrow(/lambda is the/)
})
