/** Bearer tokens beside ALB sessions: who is accepted, in which order checks are made, and each attack that is known. */
import { type BearerFault, createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { checkScopes, RequestUsers } from '../src/adapter/index.js'
import {
  allOf,
  Authoriser,
  clientRule,
  CognitoAuth,
  type CognitoAuthOptions,
  createMockUser,
  domainRule,
  emailRule,
  type HeadersInput,
  not,
  TokenVerifier,
} from '../src/index.js'

const CLI = 'cli-client'
const JOB = 'nightly-job'
const READ = 'my-api/read'
const WRITE = 'my-api/write'

const alb: TestAlb = await createTestAlb()

beforeEach(() => {
  alb.goOnline()
  alb.requests.splice(0)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

/** An app for both; `albArn: null` for bearer tokens only. */
function make(options: Partial<CognitoAuthOptions> = {}): CognitoAuth {
  return new CognitoAuth({ ...alb.options, authoriser: null, bearer: { clientId: [CLI, JOB] }, ...options })
}

function bearerOnly(options: Partial<CognitoAuthOptions> = {}): CognitoAuth {
  const { userPoolId, fetch } = alb.options
  return new CognitoAuth({ userPoolId, fetch, authoriser: null, bearer: { clientId: [CLI, JOB] }, ...options })
}

/** Code and reason of a refusal, or who was accepted. */
async function outcome(auth: CognitoAuth, headers: HeadersInput): Promise<string> {
  try {
    const { clientId, kind } = await auth.requireUser(headers)
    return `${kind} of ${clientId}`
  } catch (error) {
    const { code, reason } = error as { code: string; reason?: string }
    return reason === undefined ? code : `${code}/${reason}`
  }
}

async function job(options = {}): Promise<{ authorization: string }> {
  return await alb.bearerFor({ clientId: JOB }, options)
}

describe('who is accepted', () => {
  test('a program with its client credentials', async () => {
    const user = await make().requireUser(await job({ scopes: [READ, WRITE] }))
    expect({ ...user }).toMatchObject({
      kind: 'machine',
      sub: JOB,
      clientId: JOB,
      username: '',
      email: '',
      emailDomain: '',
      emailVerified: undefined,
      name: '',
      groups: [],
      scopes: [READ, WRITE],
      issuer: alb.issuer,
      isAuthenticated: true,
    })
    expect(user.expiresAt?.getTime()).toBe(Number(user.accessClaims['exp']) * 1000)
    expect(user.oidcClaims).toEqual({})
    expect(`${user}`).toBe('')
  })

  test('a person who uses a command-line tool, whose e-mail and name the token may not tell', async () => {
    const claims = { email: 'ceo@example.com', email_verified: 'true', name: 'The CEO', client_id: CLI }
    const token = await alb.signAccessToken({ user: { sub: 'sub-1', username: 'ada', groups: ['developers'] }, claims })
    const user = await make().requireUser({ authorization: `Bearer ${token}` })
    expect({ ...user }).toMatchObject({
      kind: 'person',
      sub: 'sub-1',
      username: 'ada',
      groups: ['developers'],
      email: '',
      name: '',
    })
    expect(user.accessClaims['email']).toBe('ceo@example.com')
  })

  test('a person whose sub is the id of the client is no machine, nor is a machine with a username', async () => {
    const token = await alb.signAccessToken({ claims: { client_id: CLI, sub: CLI, username: 'x' } })
    expect((await make().requireUser({ authorization: `Bearer ${token}` })).kind).toBe('person')
    const other = await alb.signAccessToken({ claims: { client_id: CLI, sub: 'x', username: undefined } })
    expect((await make().requireUser({ authorization: `Bearer ${other}` })).kind).toBe('person')
  })

  test('without albArn bearer tokens, and nothing of a load balancer', async () => {
    const auth = bearerOnly()
    expect(await outcome(auth, await job())).toBe(`machine of ${JOB}`)
    expect(await outcome(auth, await alb.headersFor())).toBe('invalid_token/signer')
    await expect(auth.warmUp()).resolves.toBeUndefined()
  })

  test('an ALB session beside, of its own client, which the list of bearer clients does not concern', async () => {
    expect(await outcome(make(), await alb.headersFor())).toBe(`person of ${alb.options.clientId}`)
  })

  test.each(['issuer-cognito-idp', 'cognito-idp'])('tokens with the issuer %s of the pinned pool', async (host) => {
    const issuer = alb.issuer.replace('cognito-idp', host)
    const token = await alb.signAccessToken({ claims: { iss: issuer, client_id: JOB } })
    expect(await outcome(make(), { authorization: `Bearer ${token}` })).toBe(`person of ${JOB}`)
  })

  test('every scope that is required, and "aud" where it is configured', async () => {
    const bearer = { clientId: JOB, scopes: [READ, WRITE], audience: 'https://api.example' }
    const auth = make({ bearer })
    const both = { scopes: [WRITE, 'x', READ] }
    expect(await outcome(auth, await job({ ...both, audience: 'https://api.example' }))).toBe(`machine of ${JOB}`)
    expect(await outcome(auth, await job({ ...both, audience: ['x', 'https://api.example'] }))).toBe(
      `machine of ${JOB}`,
    )
    expect(await outcome(auth, await job({ scopes: [READ], audience: 'https://api.example' }))).toBe(
      'insufficient_scope',
    )
    for (const audience of [undefined, 'https://api.example/', ['x'], []]) {
      expect(await outcome(auth, await job({ ...both, audience }))).toBe('invalid_token/audience')
    }
  })

  test('a scope is compared whole, and a list of scopes is no scope', async () => {
    const auth = make({ bearer: { clientId: JOB, scopes: [READ] } })
    for (const scope of [
      `${READ}x`,
      `x${READ}`,
      READ.toUpperCase(),
      [READ],
      '',
      undefined,
      `${READ},${WRITE}`,
      `\t${READ}`,
    ]) {
      const token = await alb.signAccessToken({ claims: { client_id: JOB, scope } })
      expect(await outcome(auth, { authorization: `Bearer ${token}` })).toBe('insufficient_scope')
    }
  })

  test('a missing scope is a 403 that names what to ask for', async () => {
    const auth = make({ bearer: { clientId: JOB, scopes: [READ, WRITE] } })
    await expect(auth.requireUser(await job())).rejects.toMatchObject({
      name: 'InsufficientScopeError',
      status: 403,
      scopes: [READ, WRITE],
      headers: {
        'cache-control': 'no-store',
        'www-authenticate': `Bearer error="insufficient_scope", scope="${READ} ${WRITE}"`,
      },
    })
  })
})

describe('the header', () => {
  const token = 'a.b.c'

  test.each<[string, HeadersInput, string]>([
    ['none', {}, 'missing_token'],
    ['an empty one', { authorization: '' }, 'missing_token'],
    ['another scheme', { authorization: 'Basic YTpi' }, 'missing_token'],
    ['a scheme with commas', { authorization: 'Digest username="a", realm="b"' }, 'missing_token'],
    ['a scheme that begins alike', { authorization: `Bearer2 ${token}` }, 'missing_token'],
    ['a token without a scheme', { authorization: token }, 'missing_token'],
    ['a record that holds null', { authorization: null }, 'missing_token'],
    ['two lines', { authorization: [`Bearer ${token}`, `Bearer ${token}`] }, 'invalid_token/duplicate_header'],
    [
      'two lines of different schemes',
      { authorization: [`Basic x`, `Bearer ${token}`] },
      'invalid_token/duplicate_header',
    ],
    ['two lines, joined', { authorization: `Bearer ${token}, Bearer ${token}` }, 'invalid_token/duplicate_header'],
    [
      'two lines, joined, the other first',
      { authorization: `Basic x,bearer ${token}` },
      'invalid_token/duplicate_header',
    ],
    ['a comma', { authorization: `Bearer ${token},` }, 'invalid_token/duplicate_header'],
    [
      'two names',
      { authorization: `Bearer ${token}`, Authorization: `Bearer ${token}` },
      'invalid_token/duplicate_header',
    ],
    ['no token', { authorization: 'Bearer' }, 'invalid_token/malformed'],
    ['a space and no token', { authorization: 'Bearer ' }, 'invalid_token/malformed'],
    ['two spaces', { authorization: `Bearer  ${token}` }, 'invalid_token/malformed'],
    ['a tab', { authorization: `Bearer\t${token}` }, 'invalid_token/malformed'],
    ['two tokens', { authorization: `Bearer ${token} ${token}` }, 'invalid_token/malformed'],
    ['a space at the end', { authorization: `Bearer ${token} ` }, 'invalid_token/malformed'],
    ['a space at the start', { authorization: ` Bearer ${token}` }, 'invalid_token/malformed'],
    ['quotes', { authorization: `Bearer "${token}"` }, 'invalid_token/malformed'],
    ['a parameter', { authorization: `Bearer token=${token}` }, 'invalid_token/malformed'],
    ['a line break', { authorization: `Bearer ${token}\n` }, 'invalid_token/malformed'],
    ['no string', { authorization: 5 as unknown as string }, 'invalid_token/malformed'],
    ['what is no JWT', { authorization: 'Bearer abc' }, 'invalid_token/malformed'],
    ['too much', { authorization: `Bearer ${'a'.repeat(16 * 1024 + 1)}` }, 'invalid_token/too_large'],
  ])('%s', async (_, headers, expected) => {
    expect(await outcome(make(), headers)).toBe(expected)
    expect(await outcome(bearerOnly(), headers)).toBe(expected)
    expect(alb.requests).toEqual([])
  })

  test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('%s is the scheme, in any letter case', async (scheme) => {
    const { authorization } = await job()
    const value = authorization.replace('Bearer', scheme)
    for (const headers of [
      { authorization: value },
      { AUTHORIZATION: value },
      { Authorization: [value] },
      new Headers({ authorization: value }),
      { get: (name: string) => (name === 'authorization' ? value : null) },
    ]) {
      expect(await outcome(make(), headers)).toBe(`machine of ${JOB}`)
    }
  })

  test('Headers that were given two', async () => {
    const { authorization } = await job()
    const headers = new Headers({ authorization })
    headers.append('authorization', authorization)
    expect(await outcome(make(), headers)).toBe('invalid_token/duplicate_header')
  })

  test('what is missing is named, and asked for without an error (RFC 6750 section 3.1)', async () => {
    const both = { missing: ['x-amzn-oidc-data', 'x-amzn-oidc-accesstoken', 'authorization'] }
    await expect(make().requireUser({})).rejects.toMatchObject({ ...both, headers: { 'www-authenticate': 'Bearer' } })
    await expect(bearerOnly().requireUser({})).rejects.toMatchObject({ missing: ['authorization'] })
  })

  test('tokens in query, body or cookies are never read', async () => {
    const value = (await job()).authorization.slice('Bearer '.length)
    const headers = { cookie: `access_token=${value}`, 'x-access-token': value, ':path': `/?access_token=${value}` }
    expect(await outcome(make(), headers)).toBe('missing_token')
  })
})

describe('faults of the token', () => {
  const expected: Record<BearerFault, string> = {
    expired: 'expired_token',
    not_yet_valid: 'invalid_token/not_yet_valid',
    bad_signature: 'invalid_token/signature',
    wrong_client: 'invalid_token/client',
    wrong_issuer: 'invalid_token/issuer',
    unknown_key: 'invalid_token/key_not_found',
    id_token: 'invalid_token/token_use',
    missing_subject: 'invalid_token/subject',
  }

  test.each(Object.entries(expected))('%s is %s, remembered tokens beside or not', async (fault, result) => {
    const auth = make()
    for (const client of [{ clientId: JOB }, { clientId: CLI, sub: 'sub-1', username: 'ada' }]) {
      expect(await outcome(auth, await alb.bearerFor(client))).not.toContain('/')
      expect(await outcome(auth, await alb.bearerFor(client, { fault: fault as BearerFault }))).toBe(result)
    }
  })

  test('a remembered token expires, and is forgotten with clearCaches()', async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
    const auth = make()
    const headers = await job()
    expect(await outcome(auth, headers)).toBe(`machine of ${JOB}`)
    const fetches = alb.requests.length
    expect(await outcome(auth, headers)).toBe(`machine of ${JOB}`)
    expect(alb.requests).toHaveLength(fetches)
    auth.clearCaches()
    expect(await outcome(auth, headers)).toBe(`machine of ${JOB}`)
    expect(alb.requests).toHaveLength(fetches + 1)
    vi.advanceTimersByTime(3_606_000)
    expect(await outcome(auth, headers)).toBe('expired_token')
  })

  test('an outage is a 503, not a 401', async () => {
    alb.goOffline()
    await expect(make().requireUser(await job())).rejects.toMatchObject({ code: 'keys_unavailable', status: 503 })
  })

  test.each(['none', 'HS256', 'ES256', 'RS512', 'PS256', 'rs256'])(
    '"alg" %s is rejected before anything is fetched',
    async (alg) => {
      const token = await alb.signAccessToken({ header: { alg }, claims: { client_id: JOB } })
      expect(await outcome(make(), { authorization: `Bearer ${token}` })).toBe('invalid_token/algorithm')
      expect(alb.requests).toEqual([])
    },
  )
})

describe('attacks', () => {
  test('an access token of an ALB session as bearer token: its client is not on the list', async () => {
    const headers = await alb.headersFor()
    const authorization = `Bearer ${headers['x-amzn-oidc-accesstoken']}`
    expect(await outcome(make(), { authorization })).toBe('invalid_token/client')
    expect(await outcome(make({ bearer: { clientId: alb.options.clientId } }), { authorization })).toBe(
      `person of ${alb.options.clientId}`,
    )
  })

  test('a user claims token as bearer token', async () => {
    const headers = await alb.headersFor()
    for (const token of [headers['x-amzn-oidc-data'] ?? '', await alb.signAlbToken({ padding: 'none' })]) {
      expect(await outcome(make(), { authorization: `Bearer ${token}` })).toMatch(
        /^invalid_token\/(algorithm|malformed)$/,
      )
    }
  })

  test('a bearer token in the place of the access token, or of the user claims token', async () => {
    const headers = await alb.headersFor()
    const token = (await job()).authorization.slice('Bearer '.length)
    expect(await outcome(make(), { ...headers, 'x-amzn-oidc-accesstoken': token })).toBe('invalid_token/client')
    expect(await outcome(make(), { ...headers, 'x-amzn-oidc-data': token })).toBe('invalid_token/algorithm')
    expect(await outcome(make(), { 'x-amzn-oidc-data': token, 'x-amzn-oidc-accesstoken': token })).toBe(
      'invalid_token/algorithm',
    )
  })

  test('a broken ALB session beside a good bearer token is judged by the session alone', async () => {
    const good = await job()
    const session = await alb.headersFor()
    const auth = make()
    expect(await outcome(auth, { ...good, ...(await alb.headersFor({}, { fault: 'bad_signature' })) })).toBe(
      'invalid_token/signature',
    )
    expect(await outcome(auth, { ...good, ...(await alb.headersFor({}, { fault: 'expired' })) })).toBe('expired_token')
    for (const name of Object.keys(session)) {
      expect(await outcome(auth, { ...good, [name.toUpperCase()]: session[name] })).toBe('missing_token')
    }
    for (const headers of [
      { 'x-amzn-oidc-anything': 'x' },
      { 'X-Amzn-Oidc-Identity': JOB },
      { 'x-amzn-oidc-data': '' },
    ]) {
      expect(await outcome(auth, { ...good, ...headers })).not.toContain('machine')
      expect(await outcome(bearerOnly(), { ...good, ...headers })).not.toContain('machine')
      expect(await outcome(auth, new Headers({ ...good, ...headers }))).not.toContain('machine')
    }
  })

  test('a good ALB session is what it is, whatever Authorization says', async () => {
    const session = await alb.headersFor()
    for (const authorization of [(await job()).authorization, 'Bearer x', 'Basic x', ['Bearer a', 'Bearer b'], 5]) {
      expect(await outcome(make(), { ...session, authorization } as HeadersInput)).toBe(
        `person of ${alb.options.clientId}`,
      )
    }
  })

  test('another pool’s token, of a client of the same id, really signed', async () => {
    const other = await createTestAlb({ userPoolId: 'eu-west-2_Another11' })
    expect(await outcome(make(), await other.bearerFor({ clientId: JOB }))).toBe('invalid_token/issuer')
    expect(alb.requests).toEqual([])
  })

  test('another pool’s key under our issuer', async () => {
    const other = await createTestAlb()
    expect(await outcome(make(), await other.bearerFor({ clientId: JOB }))).toBe('invalid_token/key_not_found')
  })

  test('keys that the token itself names are not fetched', async () => {
    const header = {
      jku: 'https://evil.example/jwks.json',
      x5u: 'https://evil.example/x',
      jwk: {},
      kid: 'https://evil.example',
    }
    const token = await alb.signAccessToken({ header, claims: { client_id: JOB } })
    expect(await outcome(make(), { authorization: `Bearer ${token}` })).toBe('invalid_token/key_not_found')
    expect(alb.requests.filter((url) => !url.startsWith(alb.issuer))).toEqual([])
  })

  test('a flood of forged key ids fetches the keys twice, and no more', async () => {
    const auth = make()
    for (let forged = 0; forged < 50; forged += 1) {
      expect(await outcome(auth, await job({ fault: 'unknown_key' }))).toBe('invalid_token/key_not_found')
    }
    expect(alb.requests).toHaveLength(2)
    expect(await outcome(auth, await job())).toBe(`machine of ${JOB}`)
  })

  test('a flood of what cannot be one of ours fetches nothing', async () => {
    const auth = make()
    for (const fault of ['wrong_client', 'wrong_issuer', 'id_token', 'expired', 'not_yet_valid'] as const) {
      for (let sent = 0; sent < 10; sent += 1) await outcome(auth, await job({ fault }))
    }
    expect(alb.requests).toEqual([])
  })

  test('machines match no e-mail rule, and no not() of one', async () => {
    const rules = [
      emailRule(['x@example.com']),
      domainRule(['example.com']),
      not(emailRule(['x@example.com'])),
      not(domainRule(['example.com'])),
      allOf(clientRule([JOB]), not(emailRule(['x@example.com']))),
    ]
    for (const rule of rules) {
      const authoriser = new Authoriser({ rules: [rule] })
      expect(await outcome(make({ authoriser }), await job())).toBe('access_denied/email_missing')
    }
    const authoriser = Authoriser.fromLists({ allowedDomains: ['example.com'], adminUsers: ['x@example.com'] })
    expect(await outcome(make({ authoriser }), await job())).toBe('access_denied/email_missing')
  })

  test('clientRule and allowed_clients allow bearer tokens, never the client of an ALB session', async () => {
    const session = alb.options.clientId
    const bearer = { clientId: [JOB, CLI] }
    for (const authoriser of [
      Authoriser.fromLists({ allowedClients: [JOB, session] }),
      new Authoriser({ rules: [clientRule([JOB, session])] }),
    ]) {
      const auth = make({ authoriser, bearer })
      expect(await outcome(auth, await job())).toBe(`machine of ${JOB}`)
      expect(await outcome(auth, await alb.bearerFor({ clientId: CLI }))).toBe('access_denied')
      expect(await outcome(auth, await alb.headersFor())).toBe('access_denied')
      // Admins are made anew by the authoriser: they stay what they were.
      const admin = new Authoriser({ rules: [clientRule([session])], adminGroups: ['admins'] })
      const { user } = await admin.authorise(await auth.authenticate(await alb.headersFor({ groups: ['admins'] })))
      expect((await authoriser.authorise(user)).allowed).toBe(false)
    }
    const { allowed } = await Authoriser.fromLists({ allowedClients: ['x'] }).authorise(
      createMockUser({ kind: 'machine', clientId: 'x' }),
    )
    expect(allowed).toBe(true)
  })

  test('groups of a bearer token count as those of people do', async () => {
    const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'] })
    expect(
      await outcome(make({ authoriser }), await alb.bearerFor({ clientId: CLI, sub: 's', groups: ['developers'] })),
    ).toBe(`person of ${CLI}`)
    expect(await outcome(make({ authoriser }), await job())).toBe('access_denied')
  })

  test('signing out goes by the client of the session, never by that of a bearer token', async () => {
    const auth = make({ cognitoDomain: 'auth.example.com', logoutUrls: ['https://app.example.com/'] })
    expect((await auth.logout(await job())).location).toContain(`client_id=${alb.options.clientId}`)
    expect((await auth.logout({ ...(await job()), ...(await alb.headersFor()) })).location).toContain(
      `client_id=${alb.options.clientId}`,
    )
  })
})

describe('with bearer off', () => {
  test('every answer is what it was, whatever Authorization says', async () => {
    const { clientId: _, ...options } = alb.options
    const auth = new CognitoAuth({ ...options, authoriser: null })
    const session = await alb.headersFor()
    const { authorization } = await job()
    const client = alb.options.clientId
    const recorded: [HeadersInput, string][] = [
      [{}, 'missing_token'],
      [{ authorization }, 'missing_token'],
      [{ authorization: [authorization, authorization] }, 'missing_token'],
      [{ authorization: 'Bearer a,b' }, 'missing_token'],
      [{ authorization: 5 as unknown as string }, 'missing_token'],
      [session, `person of ${client}`],
      [{ ...session, authorization }, `person of ${client}`],
      [{ ...session, authorization: 'Bearer x, y' }, `person of ${client}`],
      [{ authorization, 'x-amzn-oidc-data': session['x-amzn-oidc-data'] }, 'missing_token'],
      [{ authorization, 'x-amzn-oidc-identity': JOB }, 'missing_token'],
      [{ ...session, authorization, 'X-Amzn-Oidc-Data': 'x' }, 'invalid_token/duplicate_header'],
    ]
    for (const [headers, expected] of recorded) expect(await outcome(auth, headers)).toBe(expected)
    await expect(auth.requireUser({ authorization })).rejects.toMatchObject({
      missing: ['x-amzn-oidc-data', 'x-amzn-oidc-accesstoken'],
      message:
        'x-amzn-oidc-data and x-amzn-oidc-accesstoken are not on the request. Did it come through the load balancer, by a rule that authenticates?',
      headers: { 'cache-control': 'no-store', 'www-authenticate': 'Bearer' },
    })
  })

  test('verifyBearerToken() says what is missing', async () => {
    await expect(new TokenVerifier(alb.options).verifyBearerToken('x')).rejects.toMatchObject({ code: 'configuration' })
  })

  test('dev mode gives the mock user beside an Authorization, as before', async () => {
    const auth = new CognitoAuth({ devMode: true, authoriser: null })
    expect((await auth.requireUser(await job())).email).toBe('dev@example.com')
  })
})

test('dev mode with bearer: the mock user only where there are no credentials at all', async () => {
  const { userPoolId, fetch } = alb.options
  const auth = new CognitoAuth({ devMode: true, authoriser: null, userPoolId, fetch, bearer: { clientId: JOB } })
  expect((await auth.requireUser({})).email).toBe('dev@example.com')
  expect((await auth.requireUser({ cookie: 'a=b' })).email).toBe('dev@example.com')
  expect(await outcome(auth, await job())).toBe(`machine of ${JOB}`)
  for (const headers of [
    { authorization: 'Basic x' },
    { authorization: '' },
    { 'x-amzn-oidc-identity': 'x' },
    { 'x-amzn-trace-id': 'x' },
  ]) {
    expect(await outcome(auth, headers)).toBe('missing_token')
  }
})

describe('options', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['no client', { bearer: {} }, /bearer\.clientId \(COGNITO_AUTH_BEARER_CLIENT_IDS\) is required/],
    ['an undefined client', { bearer: { clientId: undefined } }, /bearer\.clientId .* is undefined/],
    ['an undefined member', { bearer: { clientId: 'x', audience: undefined } }, /bearer\.audience is undefined/],
    ['undefined scopes', { bearer: { clientId: 'x', scopes: undefined } }, /bearer\.scopes .* is undefined/],
    ['no scopes', { bearer: { clientId: 'x', scopes: [] } }, /bearer\.scopes \(COGNITO_AUTH_BEARER_SCOPES\)/],
    ['a scope with a space', { bearer: { clientId: 'x', scopes: ['a b'] } }, /spaces, quotes or control/],
    ['a scope with a quote', { bearer: { clientId: 'x', scopes: ['a"b'] } }, /spaces, quotes or control/],
    ['a scope with a line break', { bearer: { clientId: 'x', scopes: ['a\r\nb'] } }, /spaces, quotes or control/],
    ['an empty client', { bearer: { clientId: '' } }, /bearer\.clientId/],
    ['no clients', { bearer: { clientId: [] } }, /bearer\.clientId/],
    ['a misspelt member', { bearer: { clientID: 'x' } }, /Did you mean .?clientId/],
    ['no object', { bearer: true }, /bearer .*must be an object/],
    ['a list', { bearer: ['x'] }, /bearer .*must be an object/],
    [
      'no pool',
      { bearer: { clientId: 'x' }, userPoolId: undefined, noPool: true },
      /bearer .* needs userPoolId .* or issuer/,
    ],
    [
      'groupsClaim',
      { bearer: { clientId: 'x' }, groupsClaim: 'groups' },
      /bearer .* and groupsClaim .* cannot be used together/,
    ],
  ])('%s is refused by name', (_, options, sentence) => {
    const { noPool, ...others } = options
    const { userPoolId, ...base } = alb.options
    const pool = noPool === true ? {} : { userPoolId }
    const { userPoolId: __, ...rest } = others
    expect(() => new CognitoAuth({ ...base, ...pool, authoriser: null, ...rest } as CognitoAuthOptions)).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringMatching(sentence) as string }),
    )
  })

  test('come from the environment, member by member', async () => {
    const { userPoolId, fetch, albArn } = alb.options
    const build = (bearer?: CognitoAuthOptions['bearer']) =>
      new CognitoAuth({ albArn, userPoolId, fetch, authoriser: null, ...(bearer && { bearer }) })
    vi.stubEnv('COGNITO_AUTH_BEARER_SCOPES', READ)
    expect(() => build()).toThrow(/COGNITO_AUTH_BEARER_SCOPES needs COGNITO_AUTH_BEARER_CLIENT_IDS/)
    expect(await outcome(build({ clientId: JOB }), await job())).toBe('insufficient_scope')
    vi.stubEnv('COGNITO_AUTH_BEARER_CLIENT_IDS', `${CLI}, ${JOB}`)
    expect(await outcome(build(), await job({ scopes: [READ] }))).toBe(`machine of ${JOB}`)
    expect(await outcome(build({ clientId: CLI }), await job({ scopes: [READ] }))).toBe('invalid_token/client')
    vi.stubEnv('COGNITO_AUTH_BEARER_CLIENT_IDS', '')
    expect(() => build()).toThrow(/COGNITO_AUTH_BEARER_CLIENT_IDS is empty/)
  })

  test('the clients of ALB sessions are none of bearer tokens', () => {
    vi.stubEnv('COGNITO_AUTH_CLIENT_ID', JOB)
    expect(() => make({ bearer: {} as never })).toThrow(/bearer\.clientId/)
  })
})

describe('requireScopes', () => {
  function requests(options: Partial<CognitoAuthOptions> = {}): RequestUsers<{ headers: HeadersInput }> {
    return new RequestUsers(make(options), ({ headers }) => headers)
  }

  test('asks for each of them, of bearer tokens and of ALB sessions alike', async () => {
    const auth = requests()
    for (const [headers, scopes] of [
      [await job({ scopes: [READ, WRITE] }), [READ, WRITE]],
      [await alb.headersFor({ scopes: [WRITE, READ] }), [READ]],
    ] as const) {
      await expect(auth.requireScopes({ headers }, scopes)).resolves.toMatchObject({ isAuthenticated: true })
      await expect(auth.requireScopes({ headers }, [...scopes, 'my-api/delete'])).rejects.toMatchObject({
        code: 'insufficient_scope',
        status: 403,
        scopes: [...scopes, 'my-api/delete'],
        user: expect.objectContaining({ isAuthenticated: true }) as object,
      })
    }
    await expect(auth.requireScopes({ headers: {} }, [READ])).rejects.toMatchObject({
      code: 'missing_token',
      status: 401,
    })
  })

  test('an error that is logged shows no user', async () => {
    const failure: unknown = await requests()
      .requireScopes({ headers: await alb.headersFor() }, [READ])
      .catch((error: unknown) => error)
    expect(JSON.stringify(failure)).not.toContain('user@example.com')
    expect(Object.keys(failure as object)).not.toContain('user')
  })

  test.each([[[]], [['a b']], [['']], [['a"b']], [['a\n']], [[5]], [[undefined]], ['a'], [['\u00e4']], [['a\\b']]])(
    'scopes that are none are refused: %j',
    (scopes) => {
      expect(() => checkScopes(scopes as never)).toThrow(expect.objectContaining({ code: 'configuration' }))
    },
  )

  test('under groupsClaim nobody could pass: refused', async () => {
    const { userPoolId: _, ...options } = alb.options
    const auth = new CognitoAuth({ ...options, issuer: alb.issuer, groupsClaim: 'groups', authoriser: null })
    expect(() => checkScopes([READ], auth)).toThrow(/groupsClaim/)
    const users = new RequestUsers(auth, ({ headers }: { headers: HeadersInput }) => headers)
    await expect(users.requireScopes({ headers: {} }, [READ])).rejects.toMatchObject({ code: 'configuration' })
  })

  test('optional(): another scheme, or an identity alone, is nobody; a bad token is refused', async () => {
    const auth = requests()
    for (const headers of [{}, { authorization: 'Basic x' }, { 'x-amzn-oidc-identity': 'x' }, { authorization: '' }]) {
      expect(await auth.optionalUser({ headers })).toBeNull()
    }
    for (const headers of [
      { authorization: 'Bearer x' },
      { authorization: 'Bearer' },
      { authorization: ['Bearer a', 'Basic b'] },
    ]) {
      await expect(auth.optionalUser({ headers })).rejects.toMatchObject({ status: 401 })
    }
    await expect(auth.optionalUser({ headers: await job() })).resolves.toMatchObject({ kind: 'machine' })
  })
})
