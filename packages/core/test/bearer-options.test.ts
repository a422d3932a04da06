/** Bearer tokens: what the options say, and what is so without them. */
import { describe, expect, test, vi } from 'vitest'
import { checkScopes, RequestUsers } from '../src/adapter/index.js'
import { CognitoAuth, type CognitoAuthOptions, type HeadersInput, TokenVerifier } from '../src/index.js'
import { alb, CLI, job, JOB, make, outcome, READ, WRITE } from './bearer-stage.js'

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

  test('says whether it accepts bearer tokens, and with which scopes', () => {
    const said = [undefined, { clientId: JOB }, { clientId: JOB, scopes: [READ] }].map((bearer) => {
      const { acceptsBearer, bearerScopes } = new CognitoAuth({
        ...alb.options,
        authoriser: null,
        ...(bearer && { bearer }),
      })
      return { acceptsBearer, bearerScopes }
    })
    expect(said).toEqual([
      { acceptsBearer: false, bearerScopes: [] },
      { acceptsBearer: true, bearerScopes: [] },
      { acceptsBearer: true, bearerScopes: [READ] },
    ])
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
    ['an unknown member', { bearer: { clientId: 'x', scope: 'y' } }, /bearer: Unknown option 'scope'/],
    [
      'a scope with a space',
      { bearer: { clientId: 'x', scopes: ['a b'] } },
      /bearer\.scopes \(COGNITO_AUTH_BEARER_SCOPES\).*spaces, quotes or control/,
    ],
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

  test.each([
    ['COGNITO_AUTH_BEARER_CLIENT_IDS', ''],
    ['COGNITO_AUTH_BEARER_CLIENT_IDS', '"cli"'],
    ['COGNITO_AUTH_BEARER_SCOPES', ' , '],
    ['COGNITO_AUTH_BEARER_SCOPES', "'my-api/read'"],
  ])('a member that is given is not read from the environment, wrong there or not: %s=%s', (name, value) => {
    vi.stubEnv(name, value)
    expect(make({ bearer: { clientId: CLI, scopes: [READ] } }).bearerScopes).toEqual([READ])
    expect(() => make({ bearer: undefined })).toThrow(name)
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
