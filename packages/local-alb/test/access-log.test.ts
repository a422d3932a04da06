/** Lines of the access log, field by field as AWS documents them. */
import { connect as connectHttp2 } from 'node:http2'
import { Agent, request } from 'node:http'
import { request as requestTls } from 'node:https'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { LocalAlbOptions } from '../src/index.js'
import { type LocalAlb, start } from '../src/local-alb.js'
import { type EchoApp, startEchoApp } from './echo-app.js'

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-syntax */
const FIELDS =
  'type time elb client:port target:port request_processing_time target_processing_time response_processing_time elb_status_code target_status_code received_bytes sent_bytes "request" "user_agent" ssl_cipher ssl_protocol target_group_arn "trace_id" "domain_name" "chosen_cert_arn" matched_rule_priority request_creation_time "actions_executed" "redirect_url" "error_reason" "target:port_list" "target_status_code_list" "classification" "classification_reason" conn_trace_id "transformed_host" "transformed_uri" "request_transform_status"'.split(
    ' ',
  )

let app: EchoApp
let alb: LocalAlb | undefined
let lines: string[] = []
beforeAll(async () => (app = await startEchoApp()))
afterAll(async () => await app.stop())
afterEach(async () => {
  await alb?.stop()
  lines = []
})

async function listen(options: LocalAlbOptions): Promise<LocalAlb> {
  const where = options.lambda === undefined ? { target: app.url } : {}
  alb = await start({ port: 0, ...where, ...options }, { onAccessLine: (line) => lines.push(line) })
  return alb
}

/** The fields of the line with that number, the quotes of those that have some taken off. */
async function fields(index = 0): Promise<Record<string, string>> {
  await vi.waitFor(() => expect(lines.length).toBeGreaterThan(index), 10_000)
  const found = [...(lines[index] ?? '').matchAll(/"(?:[^"\\]|\\.)*"|\S+/g)].map(([field]) => field)
  expect(found).toHaveLength(FIELDS.length)
  const isQuoted = (field = ''): boolean => field.startsWith('"')
  expect(found.map(isQuoted)).toEqual(FIELDS.map(isQuoted))
  const plain = (field = ''): string => field.replaceAll(/^"|"$/g, '')
  return Object.fromEntries(FIELDS.map((name, at) => [plain(name), plain(found[at])]))
}

/** @returns how many bytes the answer's body has. */
async function get(url: string, options: Parameters<typeof request>[1] = {}, body = ''): Promise<number> {
  return await new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestTls : request
    send(url, options, (response) => {
      let length = 0
      response.on('data', (chunk: Buffer) => (length += chunk.length)).on('end', () => resolve(length))
    })
      .on('error', reject)
      .end(body)
  })
}

test('a request that was forwarded', async () => {
  const { url } = await listen({ rules: [{ path: '/open/*', action: 'none' }] })
  const { host } = new URL(url)
  const headers = { 'user-agent': 'curl/8 "x"', 'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678' }
  const body = await get(`${url}/open/a?b=c`, { method: 'POST', headers }, 'x'.repeat(1000))
  const line = await fields()
  expect(line).toMatchObject({
    type: 'http',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string,
    elb: 'app/local-alb/0123456789abcdef',
    'client:port': expect.stringMatching(/^(?:127\.0\.0\.1|::1|::ffff:127\.0\.0\.1):\d+$/) as string,
    'target:port': new URL(app.url).host,
    request_processing_time: '0.000',
    target_processing_time: expect.stringMatching(/^\d+\.\d{3}$/) as string,
    elb_status_code: '200',
    target_status_code: '200',
    request: `POST http://${host}/open/a?b=c HTTP/1.1`,
    user_agent: String.raw`curl/8 \"x\"`,
    ssl_cipher: '-',
    ssl_protocol: '-',
    target_group_arn: 'arn:aws:elasticloadbalancing:xx-local-1:000000000000:targetgroup/local-alb/0123456789abcdef',
    trace_id: expect.stringMatching(
      /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678$/,
    ) as string,
    domain_name: '-',
    chosen_cert_arn: '-',
    matched_rule_priority: '1',
    actions_executed: 'forward',
    redirect_url: '-',
    error_reason: '-',
    'target:port_list': new URL(app.url).host,
    target_status_code_list: '200',
    conn_trace_id: expect.stringMatching(/^TID_[0-9a-f]{32}$/) as string,
  })
  // The request line, four headers, and the body; the answer's body, and what stands before it.
  expect(Number(line['received_bytes'])).toBeGreaterThan(1000 + 150)
  expect(Number(line['received_bytes'])).toBeLessThan(1000 + 400)
  expect(Number(line['sent_bytes'])).toBeGreaterThan(body + 50)
  expect(Number(line['sent_bytes'])).toBeLessThan(body + 500)
})

test('requests on one connection share its id, and each has its own bytes', async () => {
  const { url } = await listen({ rules: [{ path: '/*', action: 'none' }] })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (const size of [5000, 0]) await get(url, { method: 'POST', agent }, 'x'.repeat(size))
  agent.destroy()
  const [first, second] = [await fields(0), await fields(1)]
  expect(second['conn_trace_id']).toBe(first['conn_trace_id'])
  expect(Number(first['received_bytes'])).toBeGreaterThan(5000)
  expect(Number(second['received_bytes'])).toBeLessThan(500)
  await get(url)
  expect((await fields(2))['conn_trace_id']).not.toBe(first['conn_trace_id'])
})

test('what the load balancer answered itself', async () => {
  const redirect = { url: 'https://example.com:443/#{path}', status: 301 } as const
  const running = await listen({
    rules: [
      { path: '/old', action: 'redirect', redirect },
      { path: '/jwt', action: 'jwt', claims: { scope: 'my-api/read' } },
      { path: '/deny', action: 'deny' },
    ],
  })
  const own = { 'target:port': '-', target_processing_time: '-1', target_status_code: '-', target_group_arn: '-' }
  const { 'x-amzn-oidc-accesstoken': token } = running.headersFor('ada@example.com')
  const jwt = (authorization?: string) => ({ headers: authorization === undefined ? {} : { authorization } })
  const cases = [
    ['/old', {}, { elb_status_code: '301', actions_executed: 'redirect', redirect_url: 'https://example.com:443/old' }],
    ['/deny', {}, { elb_status_code: '401', actions_executed: 'authenticate', matched_rule_priority: '3' }],
    ['/', {}, { elb_status_code: '302', actions_executed: 'authenticate', matched_rule_priority: '0' }],
    ['/oauth2/idpresponse?state=x', {}, { elb_status_code: '401', error_reason: 'AuthMissingCodeParam' }],
    ['/jwt', jwt(), { elb_status_code: '401', error_reason: 'JWTHeaderNotPresent' }],
    ['/jwt', jwt('Basic x'), { elb_status_code: '401', error_reason: 'JWTRequestFormatInvalid' }],
    ['/jwt', jwt('Bearer a.b.c'), { elb_status_code: '401', error_reason: 'JWTSignatureValidationError' }],
    ['/jwt', jwt(`Bearer ${token}`), { elb_status_code: '401', error_reason: 'JWTClaimValueInvalid' }],
  ] as const
  for (const [index, [path, options, expected]] of cases.entries()) {
    await get(running.url + path, options)
    expect(await fields(index)).toMatchObject({ ...own, ...expected })
  }
})

test('under TLS: cipher, version, server name, certificate; HTTP/2 is h2', async () => {
  const { url, certificate = '' } = await listen({ https: true, rules: [{ path: '/*', action: 'none' }] })
  await get(url, { ca: certificate, agent: false } as object)
  const tls = {
    ssl_cipher: expect.stringMatching(/^(?:TLS_|ECDHE-)[\w-]+$/) as string,
    ssl_protocol: expect.stringMatching(/^TLSv1\.[23]$/) as string,
    domain_name: 'localhost',
    chosen_cert_arn: expect.stringMatching(/^arn:aws:acm:xx-local-1:000000000000:certificate\//) as string,
    conn_trace_id: expect.stringMatching(/^TID_/) as string,
  }
  expect(await fields(0)).toMatchObject({ type: 'https', ...tls })

  const session = connectHttp2(url, { ca: certificate })
  for (const path of ['/a', '/b'])
    await new Promise((resolve, reject) => {
      session.request({ ':path': path }).on('error', reject).on('close', resolve).resume().end()
    })
  session.close()
  const [first, second] = [await fields(1), await fields(2)]
  expect(first).toMatchObject({ type: 'h2', request: `GET ${url}/a HTTP/2.0`, ...tls })
  expect(second['conn_trace_id']).toBe(first['conn_trace_id'])
})

test('a function has no address', async () => {
  const lambda = async () => ({ statusCode: 200, body: 'hello' })
  const { url } = await listen({ lambda, rules: [{ path: '/*', action: 'none' }] })
  await get(url)
  expect(await fields()).toMatchObject({ 'target:port': '-', 'target:port_list': '-', target_status_code: '200' })
})

test('a client that left is 460', async () => {
  const { url } = await listen({ rules: [{ path: '/*', action: 'none' }] })
  const seen = async (): Promise<unknown> =>
    await (await fetch(`${url}/_local-alb/api/requests`, { headers: { 'x-local-alb': '1' } })).json()
  const under = request(`${url}/slow`)
  under.on('error', () => undefined)
  under.end()
  await vi.waitFor(async () => expect(await seen()).toMatchObject({ requests: [{ path: '/slow' }] }), 10_000)
  under.destroy()
  expect(await fields()).toMatchObject({ elb_status_code: '460', target_status_code: '-' })
})
