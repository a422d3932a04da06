import { connect } from 'node:net'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GatewayOptions } from '../src/index.js'
import {
  ADA,
  exchange,
  GUEST,
  head,
  type Lines,
  type Seen,
  type Stage,
  startApp,
  startStage,
  type TestApp,
} from './stage.js'

const NOTHING: Seen = { method: '', url: '', headers: {}, trailers: {}, bytes: 0 }

let app: TestApp
let alb: TestAlb
const stages: Stage[] = []

beforeAll(async () => {
  app = await startApp()
  alb = await createTestAlb()
})

afterAll(async () => {
  for (const { gateway } of stages) await gateway.stop()
  await app.close()
})

async function stage(options: GatewayOptions = {}): Promise<Stage> {
  const made = await startStage({ upstream: app.url, ...options }, alb)
  stages.push(made)
  return made
}

/** What the app got of a request that passes. */
async function seenBy({ gateway }: Stage, headers: Record<string, string | string[]>, path = '/'): Promise<Seen> {
  const { status, body } = await sendRaw(gateway.url, { path, headers })
  expect(status).toBe(200)
  return JSON.parse(body) as Seen
}

const decoded = (value: string | undefined): unknown =>
  JSON.parse(Buffer.from(value ?? '', 'base64url').toString('utf8'))

test.each<{ identity: GatewayOptions['identity']; expected: Record<string, string> }>([
  {
    identity: undefined,
    expected: {
      'x-auth-request-user': 'SUB',
      'x-auth-request-email': 'ada@example.com',
      'x-auth-request-groups': 'developers',
      'x-auth-request-preferred-username': 'USERNAME',
    },
  },
  {
    identity: 'forwarded',
    expected: {
      'x-forwarded-user': 'SUB',
      'x-forwarded-email': 'ada@example.com',
      'x-forwarded-groups': 'developers',
      'x-forwarded-preferred-username': 'USERNAME',
    },
  },
  {
    identity: 'remote',
    expected: {
      'remote-user': 'ada@example.com',
      'remote-email': 'ada@example.com',
      'remote-groups': 'developers',
      'remote-name': 'Ada%20Lovelace',
    },
  },
  {
    identity: 'grafana',
    expected: {
      'x-webauth-user': 'ada@example.com',
      'x-webauth-email': 'ada@example.com',
      'x-webauth-groups': 'developers',
    },
  },
  {
    identity: { user: 'X-Id', email: 'X-Mail', name: 'X-Name', username: 'X-Login', groups: 'X-Teams' },
    expected: {
      'x-id': 'SUB',
      'x-mail': 'ada@example.com',
      'x-name': 'Ada%20Lovelace',
      'x-login': 'USERNAME',
      'x-teams': 'developers',
    },
  },
])('the app is told who it is: identity $identity', async ({ identity, expected }) => {
  const user = { ...ADA, sub: '11111111-2222-4333-8444-555555555555', username: 'ada' }
  const { headers } = await seenBy(await stage({ identity }), await alb.headersFor(user))
  for (const [name, value] of Object.entries(expected))
    expect({ name, value: headers[name] }).toEqual({
      name,
      value: [value.replace('SUB', user.sub).replace('USERNAME', 'ada')],
    })
  expect(decoded(headers['x-cognito-auth-user']?.[0])).toMatchObject({
    sub: user.sub,
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    groups: ['developers'],
    isAuthenticated: true,
  })
  expect(Object.keys(headers).filter((name) => name.startsWith('x-amzn-oidc-'))).toEqual([])
})

test.each([
  { what: 'letters beyond ASCII', name: 'Zoë', expected: 'Zo%C3%AB' },
  { what: 'a space and a percent sign', name: '100 %', expected: '100%20%25' },
  { what: 'a line break', name: 'a\r\nX-Evil: 1', expected: 'a%0D%0AX-Evil:%201' },
  { what: 'a tab and DEL', name: '\t\u007F', expected: '%09%7F' },
  { what: 'a lone surrogate', name: 'a\uD800b', expected: 'a%EF%BF%BDb' },
  { what: 'a character of two surrogates', name: '😀', expected: '%F0%9F%98%80' },
  { what: 'both ends of what goes as it is', name: '!~', expected: '!~' },
])('$what in a name is percent-encoded', async ({ name, expected }) => {
  const { headers } = await seenBy(
    await stage({ identity: { name: 'X-Name' } }),
    await alb.headersFor({ ...ADA, name }),
  )
  expect(headers['x-name']).toEqual([expected])
})

test('a comma in the name of a group is encoded, those between groups are not', async () => {
  const groups = ['developers', 'a,b', 'c d', 'ü']
  const { headers } = await seenBy(await stage(), await alb.headersFor({ ...ADA, groups }))
  expect(headers['x-auth-request-groups']).toEqual(['developers,a%2Cb,c%20d,%C3%BC'])
})

describe('groups that are too many', () => {
  const groups = ['developers', ...Array.from({ length: 200 }, (_, index) => `group-${index}-${'x'.repeat(30)}`)]

  test('are sent empty, and said to be; the assertion is left out or has them all', async () => {
    const made = await stage({ assertion: { audience: 'app' } })
    const { headers } = await seenBy(made, await alb.headersFor({ ...ADA, groups }))
    expect(headers['x-auth-request-groups']).toEqual([''])
    expect(headers['x-auth-request-email']).toEqual(['ada@example.com'])
    expect(headers['x-cognito-auth-groups-omitted']).toEqual(['true'])
    expect(decoded(headers['x-cognito-auth-user']?.[0])).toMatchObject({ email: 'ada@example.com', groups: [] })
    expect(headers['x-cognito-auth-assertion']).toBeUndefined()
  })

  test('fewer of them are in the assertion whole', async () => {
    const made = await stage({ assertion: { audience: 'app' } })
    const some = groups.slice(0, 100)
    const { headers } = await seenBy(made, await alb.headersFor({ ...ADA, groups: some }))
    expect(headers['x-cognito-auth-groups-omitted']).toEqual(['true'])
    const [, claims] = headers['x-cognito-auth-assertion']?.[0]?.split('.') ?? []
    expect(decoded(claims)).toMatchObject({ groups: some })
  })
})

const FORGED = [
  'X-Auth-Request-User',
  'X-Auth-Request-Email',
  'X-Auth-Request-Groups',
  'X-Auth-Request-Preferred-Username',
  'X-Forwarded-User',
  'X-Forwarded-Email',
  'X-Forwarded-Groups',
  'X-Forwarded-Preferred-Username',
  'Remote-User',
  'Remote-Email',
  'Remote-Groups',
  'Remote-Name',
  'X-WEBAUTH-USER',
  'X-WEBAUTH-EMAIL',
  'X-WEBAUTH-GROUPS',
  'X-WEBAUTH-ROLE',
  'X-Cognito-Auth-User',
  'X-Cognito-Auth-Assertion',
  'X-Cognito-Auth-Groups-Omitted',
  'X-Cognito-Auth-Anything',
  'X-Amzn-Oidc-Other',
]
const SPELLINGS: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toUpperCase(),
  (name) => name.replaceAll('-', '_'),
  (name) => name.replaceAll('-', '.'),
  (name) => name.replace('-', '_'),
  (name) => name.replaceAll('-', ''),
  (name) => `_${name}_`,
  (name) => name.replaceAll('-', "!#$%&'*+^`|~"),
]

/** Every name in every spelling: what a client may send beside its good tokens. */
function forgedLines(identity: GatewayOptions['identity']): Lines {
  const names = typeof identity === 'object' ? [...FORGED, ...Object.values(identity)] : FORGED
  return Object.fromEntries(names.flatMap((name) => SPELLINGS.map((spell) => [spell(name), 'boss'])))
}

describe.each<GatewayOptions['identity']>(['auth-request', 'forwarded', 'remote', 'grafana', { email: 'X-Mine' }])(
  'identity %j',
  (identity) => {
    test('no spelling of any identity header reaches the app from a client', async () => {
      const made = await stage({ identity, bypass: ['/open'] })
      const good = await alb.headersFor(ADA)
      for (const [path, tokens] of [
        ['/', good],
        ['/open', good],
        ['/open', {}],
      ] as const) {
        const lines = { ...forgedLines(identity), ...tokens, host: 'a', connection: 'close' }
        const text = await exchange(made.port, head('GET', path, lines))
        expect(text).toMatch(/^HTTP\/1\.1 200 /)
        expect(text).not.toContain('boss')
      }
    })
  },
)

test('a name in Connection does not remove what is set here', async () => {
  const made = await stage({ passTokens: true, assertion: { audience: 'app' } })
  const connection =
    'close, X-Auth-Request-Email, x-cognito-auth-user, X-Cognito-Auth-Assertion, x-amzn-oidc-data, host, content-length'
  const { headers } = await seenBy(made, { ...(await alb.headersFor(ADA)), connection })
  expect(headers['x-auth-request-email']).toEqual(['ada@example.com'])
  expect(headers['x-cognito-auth-user']).toHaveLength(1)
  expect(headers['x-cognito-auth-assertion']).toHaveLength(1)
  expect(headers['x-amzn-oidc-data']).toHaveLength(1)
  expect(headers['host']).toHaveLength(1)
})

test('identity headers in trailers do not reach the app', async () => {
  const made = await stage()
  const lines = { host: 'a', connection: 'close', 'transfer-encoding': 'chunked', trailer: 'X-Auth-Request-Email' }
  const body = '3\r\nabc\r\n0\r\nX-Auth-Request-Email: boss\r\nX_Auth_Request_Email: boss\r\n\r\n'
  const text = await exchange(made.port, head('POST', '/', { ...(await alb.headersFor(ADA)), ...lines }) + body)
  expect(text).toMatch(/^HTTP\/1\.1 200 /)
  expect(text).not.toContain('boss')
  expect(app.seen.at(-1)).toMatchObject({ bytes: 3, trailers: {} })
})

describe('bypass', () => {
  test('a path on the list needs no tokens, and carries an empty identity even where good ones came', async () => {
    const made = await stage({ bypass: ['/health'], passTokens: true, assertion: { audience: 'app' } })
    for (const tokens of [{}, await alb.headersFor(ADA), { 'x-amzn-oidc-data': 'x' }]) {
      const { headers } = await seenBy(made, tokens, '/health')
      for (const name of [
        'x-auth-request-user',
        'x-auth-request-email',
        'x-auth-request-groups',
        'x-cognito-auth-user',
      ])
        expect({ name, value: headers[name] }).toEqual({ name, value: [''] })
      expect(headers['x-auth-request-preferred-username']).toEqual([''])
      expect(headers['x-cognito-auth-assertion']).toBeUndefined()
      expect(Object.keys(headers).filter((name) => name.startsWith('x-amzn-oidc-'))).toEqual([])
    }
  })

  test.each([
    '/healthz',
    '/health/x',
    '//health',
    '/health//',
    '/./health',
    '/x/../health',
    '/Health',
    '/health%2f',
    '/%68ealth',
    '/health/..',
    '/health/../',
    '/health;x',
    '/health/%2e%2e/admin',
    '/health\\',
    '/health%00',
  ])('%s is not the path on the list', async (path) => {
    const { gateway } = await stage({ bypass: ['/health'] })
    const { status } = await sendRaw(gateway.url, { path, headers: { 'user-agent': 'ELB-HealthChecker/2.0' } })
    expect([400, 401]).toContain(status)
  })

  test.each(['X-Forwarded-Uri', 'X-Original-URL', 'X-Original-URI', 'X-Rewrite-URL', 'X-Forwarded-Path'])(
    '%s opens nothing',
    async (name) => {
      const { gateway } = await stage({ bypass: ['/health'] })
      const { status } = await sendRaw(gateway.url, { path: '/secret', headers: { [name]: '/health' } })
      expect(status).toBe(401)
    },
  )
})

test('the tokens go on only where that is asked for, and only those that were verified', async () => {
  const tokens = await alb.headersFor(ADA)
  const { headers } = await seenBy(await stage({ passTokens: true }), {
    ...tokens,
    'x-amzn-oidc-more': 'x',
    x_amzn_oidc_data: 'x',
  })
  expect(
    Object.keys(headers)
      .filter((name) => name.replaceAll('_', '-').startsWith('x-amzn-oidc-'))
      .sort(),
  ).toEqual(['x-amzn-oidc-accesstoken', 'x-amzn-oidc-data', 'x-amzn-oidc-identity'])
  expect(headers['x-amzn-oidc-data']).toEqual([tokens['x-amzn-oidc-data']])
})

test('the rest of a request goes on byte for byte, each header line of its own', async () => {
  const made = await stage()
  const lines = {
    host: 'app.example.com',
    ...(await alb.headersFor(ADA)),
    connection: 'close, X-Hop',
    'x-hop': '1',
    te: 'trailers',
    'proxy-authorization': 'Basic x',
    authorization: ['Bearer one', 'Basic two'],
    cookie: ['a=1', 'b=2'],
    'x-list': ['1', '2'],
    'x-forwarded-for': '203.0.113.7',
    __proto__x: 'y',
    constructor: 'z',
  }
  const text = await exchange(made.port, head('GET', '//a/./%2e%2E/b?q=%00&r=a+b', lines))
  expect(text).toMatch(/^HTTP\/1\.1 200 /)
  const { url, headers } = app.seen.at(-1) ?? NOTHING
  expect(url).toBe('//a/./%2e%2E/b?q=%00&r=a+b')
  expect(headers).toMatchObject({
    host: ['app.example.com'],
    authorization: ['Bearer one', 'Basic two'],
    cookie: ['a=1; b=2'],
    'x-list': ['1', '2'],
    'x-forwarded-for': ['203.0.113.7'],
    __proto__x: ['y'],
    constructor: ['z'],
    connection: ['keep-alive'],
  })
  expect(Object.keys(headers)).not.toContain('x-hop')
  expect(Object.keys(headers)).not.toContain('te')
  expect(Object.keys(headers)).not.toContain('proxy-authorization')
})

test('two users on one connection, one request behind the other, are not mixed', async () => {
  const made = await stage()
  const bob = { email: 'bob@example.com', groups: ['developers'] }
  const of = async (user: object, path: string): Promise<string> =>
    head('GET', path, { host: 'a', ...(await alb.headersFor(user)) })
  const bytes =
    (await of(ADA, '/1')) +
    (await of(bob, '/2')) +
    (await of(GUEST, '/3')) +
    head('GET', '/4', { host: 'a' }) +
    (await of(ADA, '/5'))
  const text = await exchange(made.port, bytes, /"url":"\/5"[^]*\}$/)
  const answers = text.split('HTTP/1.1 ').slice(1)
  expect(answers.map((answer) => answer.slice(0, 3))).toEqual(['200', '200', '403', '401', '200'])
  const [first, second, , , fifth] = answers
  expect(first).toMatch(/"url":"\/1"[^]*ada@example/)
  expect(second).toMatch(/"url":"\/2"[^]*bob@example/)
  expect(second).not.toContain('ada@example')
  expect(fifth).toMatch(/"url":"\/5"[^]*ada@example/)
})

test('with an upgrade behind a request that is still under way, the connection ends', async () => {
  const slow = await startApp((_, res) => setTimeout(() => res.end('late'), 200))
  const made = await stage({ upstream: slow.url })
  const tokens = await alb.headersFor(ADA)
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
  const bytes = head('GET', '/1', { host: 'a', ...tokens }) + head('GET', '/2', { host: 'a', ...tokens, ...upgrade })
  const text = await new Promise<string>((resolve) => {
    const socket = connect(made.port, '127.0.0.1')
    let all = ''
    socket.on('data', (chunk) => (all += chunk.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(all))
    socket.write(bytes)
  })
  expect(text).not.toContain('101')
  await slow.close()
})

describe('bearer tokens', () => {
  const bearer = { clientId: ['job'] }

  test('a program is told to the app as a machine, and its token ends here unless it is asked for', async () => {
    const headers = await alb.bearerFor({ clientId: 'job' })
    const everyone = { bearer, authoriser: null }
    const { headers: seen } = await seenBy(await stage(everyone), headers)
    expect(seen).toMatchObject({ 'x-auth-request-user': ['job'], 'x-auth-request-email': [''] })
    expect(decoded(seen['x-cognito-auth-user']?.[0])).toMatchObject({ kind: 'machine', sub: 'job' })
    expect(seen['authorization']).toBeUndefined()
    const passed = await seenBy(await stage({ ...everyone, passTokens: true }), headers)
    expect(passed.headers['authorization']).toEqual([headers.authorization])
    const open = await seenBy(await stage({ ...everyone, passTokens: true, bypass: ['/open'] }), headers, '/open')
    expect(open.headers['authorization']).toBeUndefined()
    // Nobody has verified the session there, which may be made up.
    const both = { ...headers, 'x-amzn-oidc-identity': 'anybody' }
    const forged = await seenBy(await stage({ ...everyone, bypass: ['/open'] }), both, '/open')
    expect(forged.headers['authorization']).toBeUndefined()
  })

  test('Authorization of a person with a session is the app\u2019s own', async () => {
    const headers = { ...(await alb.headersFor(ADA)), authorization: 'Bearer of-the-app' }
    const { headers: seen } = await seenBy(await stage({ bearer }), headers)
    expect(seen['authorization']).toEqual(['Bearer of-the-app'])
  })

  test('without the option, it is no credentials', async () => {
    const { gateway } = await stage({ authoriser: null })
    const { status } = await sendRaw(gateway.url, { path: '/', headers: await alb.bearerFor({ clientId: 'job' }) })
    expect(status).toBe(401)
  })
})
