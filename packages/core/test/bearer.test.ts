/** Bearer tokens beside ALB sessions: who is accepted, and in which order checks are made. */
import { type BearerFault } from '@cognito-auth/testing'
import { describe, expect, test, vi } from 'vitest'
import { type HeadersInput } from '../src/index.js'
import { alb, bearerOnly, CLI, job, JOB, make, outcome, READ, WRITE } from './bearer-stage.js'

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

  test.each<[string, (good: string) => string]>([
    ['a tab for the space', (good) => good.replace(' ', '\t')],
    ['two spaces', (good) => good.replace(' ', '  ')],
    ['a space before it', (good) => ` ${good}`],
    ['a space after it', (good) => `${good} `],
    ['a tab after it', (good) => `${good}\t`],
    ['a tab before the token', (good) => good.replace(' ', ' \t')],
    ['a second token', (good) => `${good} ${good.slice(7)}`],
    ['a NUL', (good) => `${good}\0`],
    ['base64, not base64url', (good) => `${good.slice(0, -1)}+`],
    ['what else RFC 6750 allows', (good) => `${good}~`],
    ['padding', (good) => `${good}=`],
    ['a fourth part', (good) => `${good}.`],
    ['a letter that Node decodes as another', (good) => `${good.slice(0, -1)}\u0142`],
    [
      'a letter of the same low byte',
      (good) => `${good.slice(0, -1)}${String.fromCharCode(256 + good.charCodeAt(good.length - 1))}`,
    ],
    ['a lone surrogate', (good) => `${good}\uD800`],
  ])('a good one with %s is malformed, remembered or not', async (_, spoil) => {
    const { authorization } = await job()
    const spoilt = { authorization: spoil(authorization) }
    const auth = make()
    await auth.warmUp()
    expect(await outcome(auth, spoilt)).toBe('invalid_token/malformed')
    expect(await outcome(auth, { authorization })).toBe(`machine of ${JOB}`)
    expect(await outcome(auth, spoilt)).toBe('invalid_token/malformed')
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

  test.each(['', 5, null, ['x']])('a "sub" of %j is none', async (sub) => {
    const token = await alb.signAccessToken({ claims: { client_id: JOB, sub } })
    expect(await outcome(make(), { authorization: `Bearer ${token}` })).toBe('invalid_token/subject')
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
