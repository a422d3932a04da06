import { createServer } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LambdaHandler, type LocalAlb, startLocalAlb } from '../src/index.js'
import { portOf } from '@cognito-auth/http-kit/ports'
import { head, send } from './raw-http.js'

let alb: LocalAlb
let cookie: string
const app = createServer((req, res) => {
  if (req.url === '/trailer') res.writeHead(200, { trailer: 'x-sum' }).addTrailers({ 'x-sum': '1' })
  if (req.url === '/repeated')
    res.writeHead(200, [
      ['link', '</a>'],
      ['link', '</b>'],
      ['connection', 'close'],
      ['keep-alive', 'timeout=77'],
    ] as unknown as Record<string, string>)
  res.end(JSON.stringify(req.rawHeaders))
})

beforeAll(async () => {
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  const rules = [{ path: '/open/*', action: 'none' }] as const
  alb = await startLocalAlb({ target: `http://127.0.0.1:${portOf(app)}`, port: 0, rules })
  cookie = alb.signIn('dev@example.com').cookie
})

afterAll(async () => {
  await alb.stop()
  app.closeAllConnections()
  app.close()
})

/** Header lines as the app received them: names in turn with values. */
async function rawFor(...lines: readonly string[]): Promise<string[]> {
  const request = head('GET /a HTTP/1.1', 'Host: localhost', `Cookie: ${cookie}`, 'Connection: close', ...lines)
  const answer = await send(alb.url, request)
  return JSON.parse(/\[.*\]/s.exec(answer)?.[0] ?? '') as string[]
}

/** The same, names in lower case. */
async function linesFor(...lines: readonly string[]): Promise<[name: string, value: string][]> {
  const raw = await rawFor(...lines)
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : []))
}

const valuesOf = (lines: [string, string][], name: string): string[] =>
  lines.filter(([one]) => one === name).map(([, value]) => value)

describe('on the way to the app', () => {
  test('lines that come twice stay two, and a list stays one', async () => {
    const lines = await linesFor('X-One: a', 'x-one: b', 'X-List: a, b', 'Accept: x', 'Accept: y')
    expect(valuesOf(lines, 'x-one')).toEqual(['a', 'b'])
    expect(valuesOf(lines, 'x-list')).toEqual(['a, b'])
    expect(valuesOf(lines, 'accept')).toEqual(['x', 'y'])
  })

  test('names are in the letter case of a load balancer, the others as they were sent', async () => {
    const raw = await rawFor(
      'x-fORWARDED-for: 1.1.1.1',
      'x-amzn-trace-id: Root=1-5',
      'X-AMZN-OIDC-DATA: x',
      'x-mINE: a',
      'ACCEPT: x',
    )
    const names = raw.filter((_, index) => index % 2 === 0)
    expect(names.toSorted()).toEqual([
      'ACCEPT',
      'Connection',
      'Cookie',
      'Host',
      'X-Amzn-Trace-Id',
      'X-Forwarded-For',
      'X-Forwarded-Port',
      'X-Forwarded-Proto',
      'x-amzn-oidc-accesstoken',
      'x-amzn-oidc-data',
      'x-amzn-oidc-identity',
      'x-mINE',
    ])
  })

  test('x-forwarded-for gets the client appended', async () => {
    const lines = await linesFor('X-Forwarded-For: 1.1.1.1', 'X-Forwarded-For: 2.2.2.2')
    expect(valuesOf(lines, 'x-forwarded-for')).toEqual(['1.1.1.1, 2.2.2.2, 127.0.0.1'])
  })

  test.each([
    ['Root=1-5', /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-5$/, 'a trace is kept, and gets Self in front'],
    ['Self=1-6;Root=1-5;a=b', /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-5;a=b$/, 'another Self is replaced'],
    ['a=b', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};a=b$/, 'one without Root gets one'],
    ['', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/, 'an empty one is none'],
  ])('x-amzn-trace-id "%s" becomes %s: %s', async (sent, expected) => {
    const [value] = valuesOf(await linesFor(`X-Amzn-Trace-Id: ${sent}`), 'x-amzn-trace-id')
    expect(value).toMatch(expected)
  })

  test('headers of the connection are left out, and those that it names', async () => {
    const lines = await linesFor(
      'Keep-Alive: timeout=5',
      'TE: trailers',
      'Trailer: x-sum',
      'Proxy-Authorization: Basic eA==',
      'Proxy-Connection: keep-alive',
      'Connection: X-Mine , x-amzn-oidc-data,',
      'X-Mine: a',
      'X-Else: b',
    )
    const names = lines.map(([name]) => name)
    for (const name of ['keep-alive', 'te', 'trailer', 'proxy-authorization', 'proxy-connection', 'x-mine'])
      expect(names).not.toContain(name)
    expect(names).toContain('x-else')
    // The signed header is there, and nothing on the way is asked to drop it.
    expect(names).toContain('x-amzn-oidc-data')
    expect(valuesOf(lines, 'connection')).toEqual(['keep-alive'])
  })

  test.each(['content-length', 'transfer-encoding', 'host'])('%s cannot be named away', async (name) => {
    const body = name === 'transfer-encoding' ? ['Transfer-Encoding: chunked', '', '0'] : ['Content-Length: 0']
    expect(valuesOf(await linesFor(`Connection: ${name}`, ...body), name)).toHaveLength(1)
  })
})

test('an answer keeps its repeated lines, and the connection is as the client wants it', async () => {
  const request = (connection: string) =>
    head('GET /repeated HTTP/1.1', 'Host: localhost', `Cookie: ${cookie}`, `Connection: ${connection}`)
  const answers = await send(alb.url, request('keep-alive') + request('close'))
  expect(answers.match(/^link: .*$/gm)).toEqual(['link: </a>', 'link: </b>', 'link: </a>', 'link: </b>'])
  expect(answers.match(/^connection: .*$/gim)).toEqual(['connection: keep-alive', 'connection: close'])
  expect(answers).not.toContain('timeout=77')
})

test('an answer that announces a trailer does no harm where none can be sent', async () => {
  const request = head('GET /trailer HTTP/1.0', 'Host: localhost', `Cookie: ${cookie}`)
  expect(await send(alb.url, request)).toMatch(/^HTTP\/1\.1 200 OK(?!.*trailer)/is)
})

test('nor does an answer whose reason no header line can have', async () => {
  const bytes = Buffer.from('HTTP/1.1 200 O\u0001K\r\ncontent-length: 4\r\n\r\nbody')
  const odd = createNetServer((socket) => socket.once('data', () => socket.end(bytes)))
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve))
  const rules = [{ path: '/*', action: 'none' }] as const
  const before = await startLocalAlb({ target: `http://127.0.0.1:${portOf(odd)}`, port: 0, rules })
  try {
    const answer = await fetch(before.url)
    expect([answer.statusText, await answer.text()]).toEqual(['OK', 'body'])
  } finally {
    await before.stop()
    odd.close()
  }
})

test.each([
  ['has the last of several lines in single-value form', false, { headers: { 'x-one': 'b' } }],
  ['has all of them in multi-value form', true, { multiValueHeaders: { 'x-one': ['a', 'b'] } }],
])('the event of a Lambda function %s', async (_what, lambdaMultiValueHeaders, expected) => {
  const lambda: LambdaHandler = (event) => ({ statusCode: 200, body: JSON.stringify(event) })
  const rules = [{ path: '/*', action: 'none' }] as const
  const behind = await startLocalAlb({ lambda, lambdaMultiValueHeaders, port: 0, rules })
  try {
    const lines = ['X-One: a', 'X-One: b', 'Connection: close']
    const answer = await send(behind.url, head('GET / HTTP/1.1', 'Host: localhost', ...lines))
    const event = JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? '') as Record<string, Record<string, unknown>>
    expect(event).toMatchObject(expected)
    const names = Object.keys(event['headers'] ?? event['multiValueHeaders'] ?? {})
    expect(names).not.toContain('connection')
  } finally {
    await behind.stop()
  }
})
