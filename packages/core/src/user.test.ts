import { createTestAlb, type TestUser } from '@cognito-auth/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Authoriser, CognitoAuth, type CognitoAuthOptions, createMockUser, type User } from './index.js'
import { groupsOf, withAppAdmin, withPlatformAdmin } from './user.js'

async function userFor(
  user: TestUser,
  options: CognitoAuthOptions = {},
  claims: Record<string, unknown> = {},
): Promise<User> {
  const alb = await createTestAlb()
  const auth = new CognitoAuth({ ...alb.options, authoriser: null, ...options })
  const headers = await alb.headersFor(user)
  return await auth.requireUser({ ...headers, 'x-amzn-oidc-data': await alb.signAlbToken({ user, claims }) })
}

afterEach(() => {
  vi.unstubAllEnvs()
})

const full = {
  email: 'Dev@Example.COM',
  name: 'Dev Eloper',
  givenName: 'Dev',
  familyName: 'Eloper',
  groups: ['developers'],
  sub: 'sub-1',
  username: 'dev',
}

test('has the profile of both tokens', async () => {
  const user = await userFor(full)
  expect({ ...user }).toMatchObject({
    ...full,
    emailDomain: 'example.com',
    emailVerified: true,
    isPlatformAdmin: false,
    isAppAdmin: false,
    isAdmin: false,
    isAuthenticated: true,
    issuer: 'https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1',
    clientId: '1example23456789',
  })
  expect(user.expiresAt?.getTime()).toBe(Number(user.accessClaims['exp']) * 1000)
  expect(user.isIn('developers')).toBe(true)
  expect(user.isIn('Developers')).toBe(false)
  expect(`${user}`).toBe('Dev@Example.COM')
})

test('is frozen data: no serialiser takes claims or methods along', async () => {
  const user = await userFor(full)
  const keys = [
    'sub',
    'username',
    'email',
    'emailDomain',
    'emailVerified',
    'name',
    'givenName',
    'familyName',
    'groups',
    'isPlatformAdmin',
    'isAppAdmin',
    'isAdmin',
    'isAuthenticated',
    'expiresAt',
    'issuer',
    'clientId',
    'kind',
    'scopes',
  ]
  expect(Object.keys(user)).toEqual(keys)
  expect(Object.keys(structuredClone(user))).toEqual(keys)
  expect(JSON.stringify(user)).not.toContain('token_use')
  expect(Object.isFrozen(user) && Object.isFrozen(user.groups) && Object.isFrozen(user.accessClaims)).toBe(true)
  expect(user.oidcClaims['email']).toBe('Dev@Example.COM')
})

test('missing strings are empty', async () => {
  const user = await userFor({ email: '', emailVerified: undefined })
  expect(user).toMatchObject({
    email: '',
    emailDomain: '',
    name: '',
    givenName: '',
    familyName: '',
    groups: [],
    emailVerified: undefined,
  })
})

test.each([
  ['true', true],
  [true, true],
  ['false', false],
  [false, false],
  ['TRUE', false],
  [null, false],
  [1, false],
])('email_verified of %j is %j', async (claim, expected) => {
  const user = await userFor({ emailVerified: undefined }, {}, { email_verified: claim })
  expect(user.emailVerified).toBe(expected)
})

test('a claim that should be a text and is not, is empty', async () => {
  expect(await userFor({}, {}, { email: 42, name: ['x'] })).toMatchObject({ email: '', name: '' })
})

test('platform admins are labelled by the default list, or by one’s own', async () => {
  expect(await userFor({ groups: ['gds-idea'] })).toMatchObject({ isPlatformAdmin: true, isAdmin: true })
  expect(await userFor({ groups: ['gds-idea'] }, { platformAdminGroups: [] })).toMatchObject({ isPlatformAdmin: false })
  expect(await userFor({ groups: ['ops'] }, { platformAdminGroups: ['ops'] })).toMatchObject({ isPlatformAdmin: true })
})

test('groups can come from a claim of another identity provider', async () => {
  const user = await userFor(
    { groups: ['ignored'] },
    { groupsClaim: 'custom:groups' },
    { 'custom:groups': '["a","b"]' },
  )
  expect(user).toMatchObject({ groups: ['a', 'b'], expiresAt: null })
  expect(user.accessClaims).toEqual({})
})

test.each([
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [['a', 1, '', null], ['a']],
  ['["a","b"]', ['a', 'b']],
  ['a, b ,', ['a', 'b']],
  ['[Default, a, b]', ['Default', 'a', 'b']],
  ['[', []],
  ['[[a], b]', ['[a]', 'b']],
  ['', []],
  [undefined, []],
  [{ a: 1 }, []],
  [7, []],
])('groups of %j are %j', (claim, expected) => {
  expect(groupsOf(claim)).toEqual(expected)
})

describe('createMockUser', () => {
  test('builds a user without tokens', () => {
    const user = createMockUser({ email: 'a@example.com', groups: ['x'], name: 'A' })
    expect(user).toMatchObject({
      email: 'a@example.com',
      emailDomain: 'example.com',
      groups: ['x'],
      isAuthenticated: true,
    })
    expect(user.isIn('x')).toBe(true)
  })

  test('takes nothing that a user cannot have', () => {
    expect(() => createMockUser({ groups: 'dev' } as object)).toThrow(
      /^groups of a mock user must be a list of strings$/,
    )
    expect(() => createMockUser({ email: 5 } as object)).toThrow(/^email of a mock user must be a string$/)
    expect(() => createMockUser({ expiresAt: 5 } as object)).toThrow(
      /^expiresAt of a mock user must be a Date or null$/,
    )
    expect(() => createMockUser(null as unknown as object)).toThrow(/A mock user takes its options as a plain object/)
    expect(createMockUser({ expiresAt: null, emailVerified: undefined })).toMatchObject({ expiresAt: null })
  })

  test('labels platform admins by the default list, unless it is told', () => {
    expect(createMockUser({ groups: ['gds-idea'] })).toMatchObject({ isPlatformAdmin: true, isAdmin: true })
    expect(createMockUser({ groups: ['gds-idea'], isPlatformAdmin: false })).toMatchObject({ isPlatformAdmin: false })
    expect(createMockUser({ groups: ['others'] })).toMatchObject({ isPlatformAdmin: false })
  })

  test('takes a user that is spread into it', () => {
    const user = createMockUser({ email: 'a@example.com', groups: ['a'] })
    expect(createMockUser({ ...user, groups: ['b'] })).toEqual({ ...user, groups: ['b'] })
    expect(createMockUser({ ...user, email: 'a@Other.example' })).toMatchObject({ emailDomain: 'other.example' })
    expect(() => createMockUser({ isAdmin: true } as object)).toThrow(/^A mock user: Unknown option 'isAdmin'/)
    expect(() => createMockUser({ ...user, mail: 'x' } as object)).toThrow(/^A mock user: Unknown option 'mail'/)
  })

  test('refuses production, and properties that users do not have', () => {
    expect(() => createMockUser({ mail: 'x' } as object)).toThrow(/Did you mean 'email'/)
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => createMockUser()).toThrow(expect.objectContaining({ code: 'configuration' }))
  })
})

test('scopes are those of the access token, split at its spaces; without one there are none', async () => {
  expect(await userFor({})).toMatchObject({ kind: 'person', scopes: ['openid'] })
  expect((await userFor({ scopes: ['my-api/read', 'my-api/write'] })).scopes).toEqual(['my-api/read', 'my-api/write'])
  expect((await userFor({ scopes: [] })).scopes).toEqual([])
  const other = await userFor({}, { groupsClaim: 'groups', platformAdminGroups: [] }, { scope: 'my-api/read' })
  expect(other.scopes).toEqual([])
  expect(Object.isFrozen(other.scopes)).toBe(true)
})

test('mock users are of either kind', () => {
  expect(createMockUser()).toMatchObject({ kind: 'person', scopes: [] })
  expect(createMockUser({ kind: 'machine', scopes: ['a/b'] })).toMatchObject({ kind: 'machine', scopes: ['a/b'] })
  expect(() => createMockUser({ kind: 'robot' } as object)).toThrow(/kind/)
})

describe('an e-mail that its token does not call verified', () => {
  const allowed = Authoriser.fromLists({ allowedUsers: ['ceo@example.com'], adminUsers: ['ceo@example.com'] })
  const byDomain = Authoriser.fromLists({ allowedDomains: ['example.com'] })
  const lax = Authoriser.fromLists({ allowedUsers: ['ceo@example.com'], requireVerifiedEmail: false })
  const options = { groupsClaim: 'groups', platformAdminGroups: [] } as const

  test.each([undefined, 'false', 'yes', 1, null, []])(
    'under groupsClaim matches nothing where it says %j',
    async (said) => {
      for (const authoriser of [allowed, byDomain]) {
        const claims = { email: 'ceo@example.com', email_verified: said }
        await expect(userFor({}, { ...options, authoriser }, claims)).rejects.toMatchObject({ code: 'access_denied' })
      }
      await expect(
        userFor({}, { ...options, authoriser: lax }, { email: 'ceo@example.com', email_verified: said }),
      ).resolves.toMatchObject({ email: 'ceo@example.com' })
    },
  )

  test('under groupsClaim matches where the token calls it verified', async () => {
    for (const said of [true, 'true']) {
      const claims = { email: 'ceo@example.com', email_verified: said }
      await expect(userFor({}, { ...options, authoriser: allowed }, claims)).resolves.toMatchObject({ isAdmin: true })
    }
  })

  test('stays unverified once the authoriser made another of the user, and counts in a Cognito token that is silent', async () => {
    const silent = await userFor({}, options, { email: 'ceo@example.com', email_verified: undefined })
    const asAdmin = (await Authoriser.fromLists({ allowedGroups: ['x'], adminGroups: ['g'] }).authorise(silent)).user
    expect((await allowed.authorise(asAdmin)).allowed).toBe(false)
    expect((await allowed.authorise(withAppAdmin(silent, true, {}))).allowed).toBe(false)
    expect((await allowed.authorise(withPlatformAdmin(silent, true))).allowed).toBe(false)
    await expect(
      userFor({ emailVerified: undefined, email: 'ceo@example.com' }, { authoriser: allowed }),
    ).resolves.toMatchObject({ emailVerified: undefined, isAdmin: true })
  })
})

describe('groupsClaim', () => {
  async function warningsOf(options: CognitoAuthOptions): Promise<string[]> {
    const { options: own } = await createTestAlb()
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const { userPoolId: _, ...others } = own
    expect(() => new CognitoAuth({ ...others, authoriser: null, ...options })).not.toThrow()
    const sentences = warn.mock.calls.map(([sentence]) => String(sentence))
    warn.mockRestore()
    return sentences.filter((sentence) => sentence.includes('groupsClaim'))
  }

  test('warns without a pinned issuer, and of an attribute that people may be able to write', async () => {
    expect(await warningsOf({ groupsClaim: 'groups' })).toEqual([expect.stringContaining('issuer')])
    expect(await warningsOf({ groupsClaim: 'custom:groups', issuer: 'https://idp.example' })).toEqual([
      expect.stringContaining('custom:'),
    ])
    expect(await warningsOf({ groupsClaim: 'custom:groups' })).toHaveLength(2)
    expect(await warningsOf({ groupsClaim: 'groups', issuer: 'https://idp.example' })).toEqual([])
    expect(await warningsOf({ groupsClaim: 'groups', userPoolId: 'eu-west-2_TestPool1' })).toEqual([])
    expect(await warningsOf({})).toEqual([])
  })
})

test('the user of a bearer token has what the token says, and nothing of name and e-mail', async () => {
  const alb = await createTestAlb()
  const auth = new CognitoAuth({ ...alb.options, authoriser: null, bearer: { clientId: 'job' } })
  const user = await auth.requireUser(await alb.bearerFor({ clientId: 'job', scopes: ['a/read'] }))
  expect(user).toEqual({
    sub: 'job',
    username: '',
    email: '',
    emailDomain: '',
    emailVerified: undefined,
    name: '',
    givenName: '',
    familyName: '',
    groups: [],
    isPlatformAdmin: false,
    isAppAdmin: false,
    isAdmin: false,
    isAuthenticated: true,
    expiresAt: expect.any(Date),
    issuer: alb.issuer,
    clientId: 'job',
    kind: 'machine',
    scopes: ['a/read'],
  })
  for (const name of ['isIn', 'toString', 'oidcClaims', 'accessClaims']) {
    expect(Object.getOwnPropertyDescriptor(user, name)).toMatchObject({
      enumerable: false,
      writable: false,
      configurable: false,
    })
  }
})

test('where the load balancer’s token has no username, that of the access token is taken', async () => {
  const user = await userFor({ username: 'dev' }, {}, { username: undefined })
  expect(user.oidcClaims['username']).toBeUndefined()
  expect(user.username).toBe('dev')
})

test.each([
  ['a Date', new Date(86_400_000), new Date(86_400_000)],
  ['what JSON makes of it', '1970-01-02T00:00:00.000Z', new Date(86_400_000)],
  ['no date', 'never', null],
  ['null', null, null],
  ['nothing', undefined, null],
])('a copy of a user, with %s for its expiry, is an app admin until then', (_, expiresAt, expected) => {
  const copy = { ...createMockUser({ email: 'a@example.com' }), expiresAt } as unknown as User
  const admin = withAppAdmin(copy, true, {})
  expect([admin.isAppAdmin, admin.expiresAt]).toEqual([true, expected])
})
