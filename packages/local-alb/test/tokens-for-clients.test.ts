import { createHash, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { DEFAULT_USERS, type LocalAlb, startLocalAlb } from '../src/index.js'
import { Browser, fieldOf } from './browser.js'
import { type EchoApp, startEchoApp } from './echo-app.js'
import { readAccessToken } from './tokens.js'

const CALLBACK = 'http://127.0.0.1:8976/callback'
const VERIFIER = randomBytes(32).toString('base64url')
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

let app: EchoApp
let alb: LocalAlb
let domain: string

beforeAll(async () => {
  app = await startEchoApp()
  alb = await startLocalAlb({
    target: app.url,
    port: 0,
    rules: [
      { path: '/jwt/read', action: 'jwt', claims: { token_use: 'access', scope: 'my-api/read' } },
      { path: '/jwt/*', action: 'jwt' },
    ],
  })
  domain = alb.env['COGNITO_AUTH_DOMAIN'] ?? ''
})
afterAll(async () => {
  await alb.stop()
  await app.stop()
})
afterEach(() => {
  alb.setFault(undefined)
  alb.setUsers(DEFAULT_USERS)
  vi.useRealTimers()
})

type Query = Record<string, string>

const authorizeUrl = (changes: Query = {}): string => {
  const query: Query = {
    client_id: 'localalbcli',
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid my-api/read',
    state: 'xyz',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...changes,
  }
  return `${domain}/oauth2/authorize?${new URLSearchParams(query).toString()}`
}

/** Signs in as the user with that number. @returns the query of the callback. */
async function authorize(changes: Query = {}, user = '0'): Promise<URLSearchParams> {
  const browser = new Browser()
  const url = authorizeUrl(changes)
  const page = await (await browser.send(url)).text()
  const body = new URLSearchParams({ form: fieldOf(page, 'form'), state: fieldOf(page, 'state'), user })
  const callback = new URL(await browser.follow(url, { method: 'POST', body }))
  expect(callback.origin + callback.pathname).toBe(CALLBACK)
  return callback.searchParams
}

interface Tokens {
  readonly access_token: string
  readonly id_token?: string
  readonly refresh_token?: string
  readonly token_type: string
  readonly expires_in: number
  readonly error?: string
}

async function token(fields: Query | string, headers: Query = {}): Promise<{ status: number; body: Tokens }> {
  const url = `${domain}/oauth2/token`
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers })
  expect(response.headers.get('cache-control')).toBe('no-store')
  return { status: response.status, body: (await response.json()) as Tokens }
}

const exchange = (code: string | null, changes: Query = {}): Query => ({
  grant_type: 'authorization_code',
  client_id: 'localalbcli',
  code: code ?? '',
  redirect_uri: CALLBACK,
  code_verifier: VERIFIER,
  ...changes,
})

const basic = (id: string, secret: string): Query => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})
const JOB = basic('localalbjob', 'localalbjobsecret')
const poolId = (): string => alb.env['COGNITO_AUTH_USER_POOL_ID'] ?? ''

describe('a command-line tool', () => {
  test('gets really signed tokens of who signed in, by a code and PKCE', async () => {
    const query = await authorize()
    expect(query.get('state')).toBe('xyz')
    const { status, body } = await token(exchange(query.get('code')))
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
    const { claims, isVerified } = await readAccessToken(body.access_token, alb.url, poolId())
    expect(isVerified).toBe(true)
    expect(claims).toMatchObject({
      client_id: 'localalbcli',
      token_use: 'access',
      scope: 'openid my-api/read',
      'cognito:groups': ['admins', 'developers'],
    })
    expect(claims['username']).toBe(claims['sub'])
    const id = await readAccessToken(body.id_token, alb.url, poolId())
    expect(id.isVerified).toBe(true)
    expect(id.claims).toMatchObject({
      aud: 'localalbcli',
      token_use: 'id',
      email: 'ada@example.com',
      email_verified: true,
    })
  })

  test('gets a code that counts once', async () => {
    const code = (await authorize()).get('code')
    expect((await token(exchange(code))).status).toBe(200)
    expect(await token(exchange(code))).toEqual({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('gets no second guess at the verifier', async () => {
    const code = (await authorize()).get('code')
    expect((await token(exchange(code, { code_verifier: 'guess' }))).body.error).toBe('invalid_grant')
    expect((await token(exchange(code))).body.error).toBe('invalid_grant')
  })

  test('must take the code within five minutes', async () => {
    const code = (await authorize()).get('code')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 })
    expect((await token(exchange(code))).body.error).toBe('invalid_grant')
  })

  test.each<[what: string, changes: Query, error: string]>([
    ['another redirect_uri', { redirect_uri: 'http://127.0.0.1:1/callback' }, 'invalid_grant'],
    ['no verifier', { code_verifier: '' }, 'invalid_request'],
    ['no redirect_uri', { redirect_uri: '' }, 'invalid_request'],
    ['the load balancer for a client', { client_id: 'localalbclient' }, 'invalid_client'],
    ['a secret, which it has not', { client_secret: 'x' }, 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['client credentials', { grant_type: 'client_credentials' }, 'unauthorized_client'],
  ])('gets nothing with %s', async (_what, changes, error) => {
    const code = (await authorize()).get('code')
    expect(await token(exchange(code, changes))).toEqual({ status: 400, body: { error } })
  })

  test('is refused a parameter that comes twice', async () => {
    const body = `${new URLSearchParams(exchange('x')).toString()}&client_id=localalbcli`
    expect((await token(body)).body.error).toBe('invalid_request')
  })

  test('refreshes: same sign-in, groups as they are now', async () => {
    const { body } = await token(exchange((await authorize()).get('code')))
    alb.setUsers([{ email: 'ada@example.com', groups: ['new'] }])
    const refresh = { grant_type: 'refresh_token', client_id: 'localalbcli', refresh_token: body.refresh_token ?? '' }
    const { claims: before } = await readAccessToken(body.access_token, alb.url, poolId())
    const { claims } = await readAccessToken((await token(refresh)).body.access_token, alb.url, poolId())
    expect(claims).toMatchObject({
      'cognito:groups': ['new'],
      origin_jti: before['origin_jti'],
      auth_time: before['auth_time'],
    })
    expect((await token({ ...refresh, refresh_token: 'made-up' })).body.error).toBe('invalid_grant')
    alb.setFault('refresh_failure')
    expect((await token(refresh)).body.error).toBe('invalid_grant')
  })

  test.each([
    ['https://evil.example/callback'],
    ['http://evil.example/callback'],
    ['http://127.0.0.1.evil.example/callback'],
    ['http://127.0.0.1@evil.example/callback'],
    ['http://user@127.0.0.1/callback'],
    ['http://127.0.0.1/callback#x'],
    ['custom:callback'],
    [''],
  ])('is sent to no address but of this machine: "%s"', async (uri) => {
    const response = await fetch(authorizeUrl({ redirect_uri: uri }), { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  })

  test.each([['http://localhost:1/a?b=c'], ['http://[::1]:1/'], ['http://127.0.0.1:65535/x']])(
    'may come back to %s',
    async (uri) => {
      expect((await fetch(authorizeUrl({ redirect_uri: uri }))).status).toBe(200)
    },
  )

  test.each<[what: string, changes: Query, error: string]>([
    ['no challenge', { code_challenge: '' }, 'invalid_request'],
    ['the method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge that is no SHA-256', { code_challenge: 'x' }, 'invalid_request'],
    ['the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
    ['a scope that there is not', { scope: 'openid nonsense' }, 'invalid_scope'],
  ])('is told at its own address of %s', async (_what, changes, error) => {
    const response = await fetch(authorizeUrl(changes), { redirect: 'manual' })
    const location = new URL(response.headers.get('location') ?? '')
    expect(location.origin + location.pathname).toBe(CALLBACK)
    expect([location.searchParams.get('error'), location.searchParams.get('state')]).toEqual([error, 'xyz'])
    expect(location.searchParams.has('code')).toBe(false)
  })

  test.each([
    ['idp_denied', 'access_denied'],
    ['idp_error', 'server_error'],
  ] as const)('is told of the fault %s', async (fault, error) => {
    alb.setFault(fault)
    const query = await authorize()
    expect([query.get('error'), query.has('code')]).toEqual([error, false])
  })
})

describe('a job', () => {
  test.each([
    ['by Basic', { grant_type: 'client_credentials', scope: 'my-api/read my-api/write' }, JOB],
    [
      'in the body',
      {
        grant_type: 'client_credentials',
        scope: 'my-api/read my-api/write',
        client_id: 'localalbjob',
        client_secret: 'localalbjobsecret',
      },
      {},
    ],
  ])('gets a token of its own, its secret sent %s', async (_how, fields: Query, headers: Query) => {
    const { status, body } = await token(fields, headers)
    expect([status, Object.keys(body).toSorted()]).toEqual([200, ['access_token', 'expires_in', 'token_type']])
    const { claims, isVerified } = await readAccessToken(body.access_token, alb.url, poolId())
    expect(isVerified).toBe(true)
    expect(claims).toMatchObject({
      sub: 'localalbjob',
      client_id: 'localalbjob',
      token_use: 'access',
      scope: 'my-api/read my-api/write',
    })
    expect(claims).not.toHaveProperty('username')
  })

  test.each<[what: string, fields: Query, headers: Query, error: string]>([
    ['a wrong secret', {}, basic('localalbjob', 'x'), 'invalid_client'],
    ['no secret', { client_id: 'localalbjob' }, {}, 'invalid_client'],
    ['nothing', {}, {}, 'invalid_client'],
    ['both ways at once', { client_secret: 'localalbjobsecret' }, JOB, 'invalid_request'],
    ['another client in the body', { client_id: 'localalbcli' }, JOB, 'invalid_request'],
    ['a scheme that is not Basic', {}, { authorization: 'Bearer x' }, 'invalid_client'],
    ['broken Basic', {}, { authorization: `Basic ${Buffer.from('a%:b').toString('base64')}` }, 'invalid_client'],
    ['the scope openid', { scope: 'openid' }, JOB, 'invalid_scope'],
  ])('gets nothing with %s', async (_what, fields, headers, error) => {
    const answer = await token({ grant_type: 'client_credentials', ...fields }, headers)
    expect(answer).toEqual({ status: 400, body: { error } })
  })

  test('gets nothing by a code or a refresh token', async () => {
    for (const grant_type of ['authorization_code', 'refresh_token'])
      expect((await token({ grant_type, code: 'x', refresh_token: 'x' }, JOB)).body.error).toBe('unauthorized_client')
  })
})

test('the token endpoint takes forms that are posted, and no more than 16 K', async () => {
  const url = `${domain}/oauth2/token`
  expect((await fetch(url)).status).toBe(405)
  const json = await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
  expect(json.status).toBe(400)
  expect((await token({ grant_type: 'x'.repeat(20_000) })).body.error).toBe('invalid_request')
})

test('a client finds the endpoints by discovery', async () => {
  const url = `${alb.url}/_local-alb/${poolId()}/.well-known/openid-configuration`
  expect(await (await fetch(url)).json()).toMatchObject({
    issuer: `https://cognito-idp.xx-local-1.amazonaws.com/${poolId()}`,
    token_endpoint: `${domain}/oauth2/token`,
    jwks_uri: `${alb.url}/_local-alb/${poolId()}/.well-known/jwks.json`,
  })
})

test('another provider than Cognito has none of it', async () => {
  const oidc = await startLocalAlb({ target: app.url, port: 0, oidc: {} })
  try {
    const response = await fetch(`${oidc.url}/_local-alb/oauth2/token`, { method: 'POST', body: new URLSearchParams() })
    expect(response.status).toBe(404)
  } finally {
    await oidc.stop()
  }
})

describe('the rule action jwt', () => {
  async function ask(path: string, authorization?: string | string[]): Promise<{ status: number; seen: unknown }> {
    const headers = new Headers()
    for (const value of [authorization ?? []].flat()) headers.append('authorization', value)
    const response = await fetch(`${alb.url}${path}`, { headers, redirect: 'manual' })
    const body = await response.text()
    return { status: response.status, seen: response.status === 200 ? JSON.parse(body) : undefined }
  }
  const jobToken = async (scope = 'my-api/read'): Promise<string> =>
    (await token({ grant_type: 'client_credentials', scope }, JOB)).body.access_token

  test('sends a request on with its token as it is, and without x-amzn-oidc headers', async () => {
    const authorization = `Bearer ${await jobToken()}`
    const { status, seen } = await ask('/jwt/a', authorization)
    expect(status).toBe(200)
    const { headers } = seen as { headers: Query }
    expect(headers['authorization']).toBe(authorization)
    expect(Object.keys(headers).filter((name) => name.startsWith('x-amzn-oidc'))).toEqual([])
  })

  test('takes an ID token, as on AWS, unless claims say otherwise', async () => {
    const { body } = await token(exchange((await authorize()).get('code')))
    expect((await ask('/jwt/a', `bearer ${body.id_token}`)).status).toBe(200)
    expect((await ask('/jwt/read', `Bearer ${body.id_token}`)).status).toBe(401)
    expect((await ask('/jwt/read', `Bearer ${body.access_token}`)).status).toBe(200)
  })

  test('looks at each claim that it is told', async () => {
    expect((await ask('/jwt/read', `Bearer ${await jobToken('my-api/read my-api/write')}`)).status).toBe(200)
    expect((await ask('/jwt/read', `Bearer ${await jobToken('my-api/readers')}`)).status).toBe(401)
  })

  test('refuses what has expired, or is from the future', async () => {
    const authorization = `Bearer ${await jobToken()}`
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_601_000 })
    expect((await ask('/jwt/a', authorization)).status).toBe(401)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 7_200_000 })
    expect((await ask('/jwt/a', authorization)).status).toBe(401)
  })

  test('refuses all else', async () => {
    const good = await jobToken()
    const [head, claims = '', signature] = good.split('.')
    const forged = Buffer.from(claims, 'base64url').toString().replace('localalbjob', 'localalbcli')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const bad = [
      undefined,
      good,
      `Basic ${good}`,
      'Bearer ',
      `Bearer  ${good}`,
      `Bearer ${good} ${good}`,
      `Bearer ${good},`,
      `Bearer ${head}.${Buffer.from(forged).toString('base64url')}.${signature}`,
      `Bearer ${none}.${claims}.`,
      [`Bearer ${good}`, `Bearer ${good}`],
      'Bearer x.y.z',
    ]
    for (const authorization of bad)
      expect([authorization, (await ask('/jwt/a', authorization)).status]).toEqual([authorization, 401])
    const { cookie } = alb.signIn('dev@example.com')
    expect((await fetch(`${alb.url}/jwt/a`, { headers: { cookie } })).status).toBe(401)
  })
})
