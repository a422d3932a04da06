/**
 * Forged identity, in front of apps that fold the names of headers: by the gateway as a proxy, and by other proxies that
 * ask it, with the files that the docs show.
 */

import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA, exchange, GUEST, head, type Lines, startStage } from '../test/stage.js'
import { PROXY_NAMES, startProxy, startUpstream, stopAll, UPSTREAM_NAMES } from './programs.js'

const NAMES = [
  'X-Auth-Request-Email',
  'X-Auth-Request-User',
  'X-Auth-Request-Groups',
  'X-Forwarded-User',
  'Remote-User',
  'X-WEBAUTH-USER',
  'X-Cognito-Auth-User',
  'X-Cognito-Auth-Assertion',
]
const BOSS = 'boss@example.com'

interface Attack {
  readonly what: string
  readonly lines: Lines
  readonly path?: string
  readonly method?: string
  readonly body?: string
}

/** Each in every spelling that some server folds onto the name. */
const spelled: Attack[] = NAMES.flatMap((name) =>
  [
    name,
    name.toLowerCase(),
    name.replaceAll('-', '_'),
    name.replaceAll('-', '.'),
    name.replace('-', '_'),
    name.replace('-', '.'),
  ].map((one) => ({
    what: one,
    lines: { [one]: BOSS },
  })),
)
const CHUNKED = { 'transfer-encoding': 'chunked', trailer: 'X-Auth-Request-Email' }
const attacks: Attack[] = [
  ...spelled,
  { what: 'a name twice', lines: { X_Auth_Request_Email: [BOSS, BOSS] } },
  { what: 'two spellings', lines: { X_Auth_Request_Email: BOSS, 'X.Auth.Request.Email': BOSS } },
  { what: 'an empty value', lines: { X_Auth_Request_Email: '' } },
  {
    what: 'a name in Connection',
    lines: { connection: 'close, X-Auth-Request-Email, X_Auth_Request_Email', X_Auth_Request_Email: BOSS },
  },
  { what: 'the real name in Connection', lines: { connection: 'close, X-Auth-Request-Email, X-Auth-Request-User' } },
  { what: 'the tokens in Connection', lines: { connection: 'close, x-amzn-oidc-data' } },
  { what: 'a trailer', lines: CHUNKED, method: 'POST', body: `1\r\na\r\n0\r\nX-Auth-Request-Email: ${BOSS}\r\n\r\n` },
  {
    what: 'an aliased trailer',
    lines: CHUNKED,
    method: 'POST',
    body: `1\r\na\r\n0\r\nX_Auth_Request_Email: ${BOSS}\r\n\r\n`,
  },
  { what: 'an alias of a token', lines: { X_Amzn_Oidc_Identity: BOSS } },
  { what: 'a folded line', lines: { 'x-a': `b\r\n X-Auth-Request-Email: ${BOSS}` } },
  { what: 'a bare line feed', lines: { 'x-a': `b\nX-Auth-Request-Email: ${BOSS}` } },
  { what: 'a bare carriage return', lines: { 'x-a': `b\rX-Auth-Request-Email: ${BOSS}` } },
  { what: 'a space before the colon', lines: { 'X-Auth-Request-Email ': BOSS } },
  {
    what: 'the path of another request',
    lines: { 'x-forwarded-uri': '/_cognito-auth/live', 'x-original-url': '/_cognito-auth/live' },
  },
  {
    what: 'the method of another request',
    lines: { 'x-forwarded-method': 'OPTIONS', 'x-http-method-override': 'OPTIONS' },
  },
  { what: 'a health check', lines: { 'user-agent': 'ELB-HealthChecker/2.0' } },
  { what: 'the path of the gateway', lines: {}, path: '/_cognito-auth/live' },
  { what: 'a path with a fragment', lines: {}, path: '/_cognito-auth/live#/../secret' },
  { what: 'a path with dots', lines: {}, path: '/_cognito-auth/../_cognito-auth/live' },
  {
    what: 'two requests in one',
    lines: { 'content-length': '4', 'transfer-encoding': 'chunked' },
    method: 'POST',
    body: `0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nX-Auth-Request-Email: ${BOSS}\r\n\r\n`,
  },
]

let alb: TestAlb
let good: Record<string, string>
let guest: Record<string, string>
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  alb = await createTestAlb()
  good = { ...(await alb.headersFor(ADA)) }
  guest = { ...(await alb.headersFor(GUEST)) }
})

afterAll(async () => {
  for (const close of closers) await close()
  await stopAll()
})

/** What the app read, where it was reached. */
function variablesOf(answer: string): Record<string, string> | undefined {
  if (!/^HTTP\/1\.[01] 200 /.test(answer)) return undefined
  // Without the sizes of chunks, which may come anywhere.
  const [, json] = /(\{[^]*\})/.exec(answer.replaceAll(/\r\n[\da-f]+\r\n(?!\r\n)/gi, '')) ?? []
  return json === undefined ? undefined : (JSON.parse(json) as Record<string, string>)
}

const WAYS = ['the gateway', ...PROXY_NAMES]

describe.each(UPSTREAM_NAMES)('in front of %s', (upstream) => {
  describe.each(WAYS)('%s', (way) => {
    let port = 0

    beforeAll(async () => {
      const app = await startUpstream(upstream)
      const stage = await startStage(
        way === 'the gateway' ? { upstream: `http://127.0.0.1:${app}` } : { verifyOnly: true },
        alb,
      )
      closers.push(async () => await stage.gateway.stop())
      port = way === 'the gateway' ? stage.port : await startProxy(way, stage.port, app)
    })

    async function ask(lines: Lines, { path = '/', method = 'GET', body = '' }: Partial<Attack> = {}): Promise<string> {
      const bytes = head(method, path, { host: 'app.example.com', connection: 'close', ...lines }) + body
      // A proxy may end the connection of what it does not take without a word.
      return await exchange(port, bytes).catch((error: NodeJS.ErrnoException) =>
        error.code === 'ECONNRESET' ? '' : Promise.reject(error),
      )
    }

    test('an allowed user is told to the app, and nobody else reaches it', async () => {
      const read = variablesOf(await ask(good))
      expect(read).toMatchObject({
        HTTP_X_AUTH_REQUEST_EMAIL: 'ada@example.com',
        HTTP_X_AUTH_REQUEST_GROUPS: 'developers',
      })
      expect(Object.keys(read ?? {}).filter((name) => /OIDC/i.test(name))).toEqual([])
      expect(await ask({})).toMatch(/^HTTP\/1\.[01] 401 /)
      expect(await ask(guest)).toMatch(/^HTTP\/1\.[01] 403 /)
      expect(
        await ask({ ...good, 'x-amzn-oidc-data': `${String(good['x-amzn-oidc-data']).slice(0, -8)}AAAAAA==` }),
      ).toMatch(/^HTTP\/1\.[01] 401 /)
    })

    test('tokens of 20 KiB beside a long cookie pass', async () => {
      const groups = ['developers', ...Array.from({ length: 120 }, (_, index) => `group-${index}-of-many`)]
      const lines = { ...(await alb.headersFor({ ...ADA, groups })), cookie: `a=${'x'.repeat(6000)}` }
      expect(variablesOf(await ask(lines))).toMatchObject({ HTTP_X_AUTH_REQUEST_EMAIL: 'ada@example.com' })
    })

    test(`${attacks.length} attacks, as ada, as a guest and as nobody: 0 forged`, async () => {
      const forged: string[] = []
      for (const { what, lines, ...more } of attacks) {
        for (const [who, tokens] of [
          ['ada', good],
          ['a guest', guest],
          ['nobody', {}],
        ] as const) {
          const answer = await ask({ ...tokens, ...lines }, more)
          const read = variablesOf(answer)
          const isOfAda = who === 'ada' && read?.['HTTP_X_AUTH_REQUEST_EMAIL'] === 'ada@example.com'
          // A proxy may join a folded line to the header before it, as it should.
          const { HTTP_X_A: _, ...others } = read ?? {}
          const hasBoss = Object.values(others).some((value) => String(value).includes(BOSS))
          if (read !== undefined && (!isOfAda || hasBoss)) forged.push(`${what}, as ${who}: ${JSON.stringify(read)}`)
        }
      }
      expect(forged).toEqual([])
    })
  })
})
