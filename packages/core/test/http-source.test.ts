import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Authoriser, createMockUser, httpSource, type HttpSourceOptions, type SourceHeaders } from '../src/index.js'

const config = '{"allowed_groups": ["developers"]}'
const developer = createMockUser({ groups: ['developers'] })
let server: Server
let url: string
let answer: RequestListener
let asked: string[]

beforeEach(async () => {
  asked = []
  server = createServer((req, res) => {
    asked.push(`${req.method} ${req.url} ${String(req.headers['x-aws-parameters-secrets-token'])}`)
    answer(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const send =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_, res) =>
    void res.writeHead(status, headers).end(body)

test('reads what the AppConfig agent answers', async () => {
  answer = send(200, config)
  const source = httpSource(`${url}/applications/my-app/environments/prod/configurations/auth`)
  expect(await Authoriser.fromSource(source).isAllowed(developer)).toBe(true)
  expect(asked).toEqual(['GET /applications/my-app/environments/prod/configurations/auth undefined'])
  expect(source.name).toBe(`URL ${url}/applications/my-app/environments/prod/configurations/auth`)
})

test('unwraps what the Secrets Manager agent answers, and sends its token, anew each time', async () => {
  answer = send(200, JSON.stringify({ ARN: 'x', Name: 'my-app/auth', SecretString: config }))
  let token = 0
  const headers = () => ({ 'X-Aws-Parameters-Secrets-Token': String((token += 1)) })
  const authoriser = Authoriser.fromSource(httpSource(`${url}/secretsmanager/get?secretId=my-app/auth`, { headers }))
  expect(await authoriser.isAllowed(developer)).toBe(true)
  authoriser.clearCache()
  await authoriser.warmUp()
  expect(asked).toEqual([1, 2].map((one) => `GET /secretsmanager/get?secretId=my-app/auth ${one}`))
})

const TOKEN = 'X-Aws-Parameters-Secrets-Token'

test.each<[string, NonNullable<HttpSourceOptions['headers']>]>([
  ['an object', { [TOKEN]: 't' }],
  ['a Headers', new Headers({ [TOKEN]: 't' })],
  ['a function that gives a Headers', () => new Headers({ [TOKEN]: 't' })],
  ['an asynchronous function', async () => await Promise.resolve({ [TOKEN]: 't' })],
  ['an asynchronous function that gives a Headers', async () => await Promise.resolve(new Headers({ [TOKEN]: 't' }))],
])('sends headers that are %s', async (_, headers) => {
  answer = send(200, config)
  await httpSource(url, { headers }).read()
  expect(asked).toEqual(['GET / t'])
})

test.each<[string, () => unknown, string]>([
  ['a Map', () => new Map([[TOKEN, 'hunter2']]), 'configuration'],
  ['a Promise of a list', async () => await Promise.resolve([[TOKEN, 'hunter2']]), 'configuration'],
  ['a Headers with an empty value', () => new Headers({ [TOKEN]: '' }), 'configuration'],
  ['a rejection', async () => await Promise.reject(new Error('hunter2')), 'config_unavailable'],
])('asks nobody where its function gives %s', async (_, headers, code) => {
  const error = await httpSource(url, { headers } as HttpSourceOptions)
    .read()
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code, message: expect.not.stringContaining('hunter2') as string })
  expect(asked).toEqual([])
})

test('waits 5 s for its headers, and asks nobody once they come too late', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    let give: (headers: SourceHeaders) => void = () => undefined
    const reading = httpSource(url, { headers: () => new Promise<SourceHeaders>((resolve) => (give = resolve)) }).read()
    const failure = reading.catch((thrown: unknown) => thrown)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await failure).toMatchObject({ code: 'config_unavailable', status: 503 })
    give({ [TOKEN]: 't' })
  } finally {
    vi.useRealTimers()
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(asked).toEqual([])
})

test.each([
  ['{"SecretString": "hunter2"}', 'hunter2'],
  ['{"SecretString": 5}', undefined],
  ['{"SecretString": null}', undefined],
  ['{"secretString": "hunter2"}', undefined],
  ['{"__proto__": {"SecretString": "hunter2"}}', undefined],
  ['{}', undefined],
  ['[]', undefined],
  ['null', undefined],
  ['5', undefined],
  ['"SecretString"', undefined],
  ['SecretString', undefined],
])('of %s the source gives what whoever parses it needs: %j', async (body, unwrapped = body) => {
  answer = send(200, body)
  expect(await httpSource(url).read()).toBe(unwrapped)
})

test('what failed is the cause of the error', async () => {
  answer = (req) => void req.socket.destroy()
  await expect(httpSource(url).read()).rejects.toMatchObject({ cause: expect.any(TypeError) as TypeError })
})

test('a redirect that was followed all the same is refused as one', async () => {
  const followed = Object.defineProperty(new Response(config), 'redirected', { value: true })
  vi.stubGlobal('fetch', async () => await Promise.resolve(followed))
  await expect(httpSource(url).read()).rejects.toThrow(/HTTP 200; redirects are not followed/)
  vi.unstubAllGlobals()
})

test('values may be printed only where that is said', () => {
  expect(httpSource(url).isSecret).toBe(true)
  expect(httpSource(url, { isSecret: false }).isSecret).toBe(false)
})

test.each<[string, RequestListener, string, RegExp]>([
  ['a redirect', send(302, '', { location: '/elsewhere' }), 'configuration', /HTTP 302; redirects are not followed/],
  ['none', send(204, ''), 'configuration', /answered HTTP 204\. Check its path and query/],
  ['a part of it', send(206, 'hunter2'), 'configuration', /answered HTTP 206\. Check its path and query/],
  ['no such configuration', send(404, 'hunter2'), 'configuration', /HTTP 404\. Check its path and query/],
  ['a token that is missing', send(403, 'hunter2'), 'configuration', /HTTP 403\. Check the headers/],
  ['a mistake of the agent', send(500, 'hunter2'), 'config_unavailable', /temporarily unavailable \(HTTP 500\)/],
  ['too many requests', send(429, ''), 'config_unavailable', /HTTP 429/],
  ['a page', send(200, '<html>hunter2'), 'configuration', /is not JSON/],
  [
    'half a config',
    send(200, '{"allowed_users": ["hunter2"]}'),
    'configuration',
    /allowed_users\[0\] must be an e-mail/,
  ],
  ['more than it may', send(200, `{"_": "${'x'.repeat(1024 * 1024)}"}`), 'configuration', /more than 1 MiB/],
  ['another mistake of ours', send(400, 'hunter2'), 'configuration', /HTTP 400\. Check its path and query/],
  ['a token that is wrong', send(401, 'hunter2'), 'configuration', /HTTP 401\. Check the headers/],
  ['too slow', send(408, ''), 'config_unavailable', /HTTP 408/],
  ['too early', send(425, ''), 'config_unavailable', /HTTP 425/],
  ['nothing', (req) => void req.socket.destroy(), 'config_unavailable', /unavailable \((UND_ERR_SOCKET|ECONNRESET)\)/],
])('an answer that is %s is refused with what to do, and not quoted', async (_, given, code, sentence) => {
  answer = given
  const error = await Authoriser.fromSource(httpSource(`${url}/get?token=hunter2`))
    .warmUp()
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) as string })
  expect((error as Error).message).not.toContain('hunter2')
  expect(asked).toHaveLength(1)
})

test('an agent that has not started is unavailable, and is asked again', async () => {
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const authoriser = Authoriser.fromSource(httpSource(url))
  await expect(authoriser.warmUp()).rejects.toMatchObject({ code: 'config_unavailable', status: 503 })
  answer = send(200, config)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  expect(await authoriser.isAllowed(developer)).toBe(true)
})

test.each([
  ['http elsewhere', 'http://config.internal/auth', {}, /https URL; http is accepted for loopback/],
  ['a host that only looks like loopback', 'http://127.0.0.1.example.com/', {}, /loopback/],
  ['a file', 'file:///etc/auth.json', {}, /https URL/],
  ['a path', '/auth.json', {}, /absolute URL/],
  ['another scheme to loopback', 'ftp://localhost/auth', {}, /https URL; http is accepted for loopback/],
  ['credentials', 'https://user:hunter2@example.com/', {}, /no credentials in its URL/],
  ['a user name', 'https://hunter2@example.com/', {}, /no credentials in its URL/],
  ['a password', 'https://:hunter2@example.com/', {}, /no credentials in its URL/],
  [
    'a header that is not set',
    'https://example.com/',
    { headers: { token: undefined } },
    /header "token" must be a str/,
  ],
  ['a header that is empty', 'https://example.com/', { headers: { token: '' } }, /header "token"/],
  ['a header that cannot be sent', 'https://example.com/', { headers: { token: 'hunter2\nx' } }, /cannot be sent/],
  ['headers that are none', 'https://example.com/', { headers: 'hunter2' }, /headers must be an object/],
  ['headers that are null', 'https://example.com/', { headers: null }, /headers must be an object/],
  ['headers that are a Map', 'https://example.com/', { headers: new Map([['a', 'hunter2']]) }, /must be an object of/],
  ['headers that are a list', 'https://example.com/', { headers: [['a', 'hunter2']] }, /must be an object of/],
  ['headers that are a Promise', 'https://example.com/', { headers: Promise.resolve({}) }, /must be an object of/],
  ['headers of a class', 'https://example.com/', { headers: new Date() }, /must be an object of/],
  [
    'a Headers with an empty value',
    'https://example.com/',
    { headers: new Headers({ token: '' }) },
    /header "token" must/,
  ],
  ['a misspelt option', 'https://example.com/', { header: {} }, /httpSource\(\).*Did you mean 'headers'\?/],
  ['secret in words', 'https://example.com/', { isSecret: 'no' }, /isSecret must be true or false/],
])('%s is a mistake', (_, given, options, sentence) => {
  const make = () => httpSource(given, options as object)
  expect(make).toThrow(sentence)
  expect(make).toThrow(expect.objectContaining({ code: 'configuration' }))
  expect(make).not.toThrow(/hunter2/)
})

test('https, loopback in its three spellings, and a URL object are accepted', () => {
  for (const one of ['https://config.example.com/', 'http://localhost:2772/', 'http://[::1]:2772/', new URL(url)]) {
    expect(httpSource(one).name).toMatch(/^URL http/)
  }
})

test('headers that a function gives wrong are a mistake when read', async () => {
  const headers = () => ({ token: process.env['NOT_SET_ANYWHERE'] as unknown as string })
  await expect(httpSource(url, { headers }).read()).rejects.toMatchObject({ code: 'configuration' })
})
