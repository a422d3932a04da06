/** An app that lets users write to `Object.prototype` (CWE-1321) must not thereby give them groups, e-mails or options. */
import { createTestAlb } from '@cognito-auth/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Authoriser, CognitoAuth, type CognitoAuthOptions, createMockUser, type User } from '../src/index.js'
import { userOf } from './user-of.js'

const alb = await createTestAlb()
const prototype = Object.prototype as Record<string, unknown>
let polluted: string[] = []

function pollute(members: Record<string, unknown>): void {
  polluted = Object.keys(members)
  // Not Object.assign: what is polluted may be `get`.
  for (const [name, value] of Object.entries(members)) prototype[name] = value
}

afterEach(() => {
  for (const name of polluted) delete prototype[name]
  polluted = []
})

describe('claims of a token that lacks them stay missing', () => {
  const inherited = {
    'cognito:groups': ['admins'],
    groups: ['admins'],
    email: 'ceo@example.com',
    email_verified: 'true',
    name: 'The CEO',
    given_name: 'The',
    family_name: 'CEO',
    username: 'ceo',
    scope: 'my-api/write',
  }

  async function polluting(options: CognitoAuthOptions): Promise<User> {
    const user = { sub: 'sub-1', email: '', emailVerified: undefined, scopes: [] }
    const accessToken = await alb.signAccessToken({ user, claims: { username: undefined } })
    const oidcData = await alb.signAlbToken({ user, claims: { username: undefined } })
    const auth = new CognitoAuth({ ...alb.options, authoriser: null, ...options })
    pollute(inherited)
    return await auth.requireUser({ 'x-amzn-oidc-data': oidcData, 'x-amzn-oidc-accesstoken': accessToken })
  }

  test.each([{}, { groupsClaim: 'groups', platformAdminGroups: ['admins'] }])('with %j', async (options) => {
    expect({ ...(await polluting(options)) }).toMatchObject({
      groups: [],
      scopes: [],
      email: '',
      emailVerified: undefined,
      name: '',
      givenName: '',
      familyName: '',
      username: '',
      isAdmin: false,
    })
  })

  test('and deny who is not on the list', async () => {
    const authoriser = Authoriser.fromLists({ allowedGroups: ['admins'], allowedUsers: ['ceo@example.com'] })
    await expect(polluting({ authoriser })).rejects.toMatchObject({ code: 'access_denied' })
  })

  test('claims and headers have no prototype, at any depth', async () => {
    const { oidcClaims, accessClaims } = await polluting({})
    expect([oidcClaims, accessClaims].map((claims) => Object.getPrototypeOf(claims) as unknown)).toEqual([null, null])
    expect('email' in oidcClaims || 'scope' in accessClaims).toBe(false)
    const nested = await alb.signAlbToken({ claims: { address: { country: 'x', lines: [{ a: 1 }] } } })
    const accessToken = await alb.signAccessToken()
    const auth = new CognitoAuth({ ...alb.options, authoriser: null })
    const user = await auth.requireUser({ 'x-amzn-oidc-data': nested, 'x-amzn-oidc-accesstoken': accessToken })
    const address = user.oidcClaims['address'] as { lines: object[] }
    expect(Object.getPrototypeOf(address)).toBeNull()
    expect(Object.getPrototypeOf(address.lines[0])).toBeNull()
    expect(JSON.parse(JSON.stringify(user.oidcClaims))).toEqual(structuredClone(user.oidcClaims))
  })
})

test('claims do not become enumerable', () => {
  prototype['enumerable'] = true
  const user = userOf({}, null, { platformAdminGroups: [], groupsClaim: undefined })
  delete prototype['enumerable']
  expect(Object.keys(user)).not.toContain('oidcClaims')
})

test('members of a JOSE header that are not in it refuse no token and pass none', async () => {
  const auth = new CognitoAuth({ ...alb.options, authoriser: null })
  const headers = await alb.headersFor()
  pollute({ crit: ['x'], b64: false, typ: 'x', nbf: 1e12, iat: 1e12 })
  await expect(auth.requireUser(headers)).resolves.toMatchObject({ email: 'user@example.com' })
  for (const name of polluted) delete prototype[name]
  const unsigned = await alb.signAlbToken({ header: { signer: undefined } })
  pollute({ signer: alb.options.albArn, kid: alb.albKey.kid })
  await expect(auth.requireUser({ ...headers, 'x-amzn-oidc-data': unsigned })).rejects.toMatchObject({
    reason: 'signer',
  })
})

test('options that were not given stay so', async () => {
  const { fetch, clientId } = alb.options
  pollute({
    authoriser: null,
    albArn: alb.options.albArn,
    clientId,
    userPoolId: 'eu-west-2_X',
    allowAnyAlb: true,
    devMode: true,
  })
  expect(() => new CognitoAuth({ fetch, authoriser: null })).toThrow(/albArn .* is required/)
  expect(() => new CognitoAuth({ ...alb.options })).toThrow(/COGNITO_AUTH_CONFIG_PATH/)
  const auth = new CognitoAuth({ albArn: alb.options.albArn, fetch, authoriser: null })
  await expect(auth.requireUser({})).rejects.toMatchObject({ code: 'missing_token' })
})

test('variables that are not set stay so', () => {
  vi.stubEnv('NODE_ENV', undefined)
  pollute({
    COGNITO_AUTH_ALB_ARN: alb.options.albArn,
    COGNITO_AUTH_DEV_MODE: 'true',
    COGNITO_AUTH_SECRET_NAME: 'x',
    NODE_ENV: 'production',
  })
  expect(() => new CognitoAuth({ authoriser: null })).toThrow(/albArn .* is required/)
  expect(() => new CognitoAuth({ ...alb.options })).toThrow(/No authorisation config/)
  expect(() => createMockUser()).not.toThrow()
  vi.unstubAllEnvs()
})

describe('of an authoriser', () => {
  const admin = createMockUser({ groups: ['ops'], isPlatformAdmin: true })
  const source = (json = '{"allowed_groups":["developers"]}') => ({
    name: 'test',
    isSecret: false,
    read: vi.fn<() => Promise<string>>(async () => await Promise.resolve(json)),
  })

  test('what is asked allows no platform admin', async () => {
    const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'] })
    pollute({ admitPlatformAdmins: true })
    expect(await authoriser.isAllowed(admin)).toBe(false)
    expect((await authoriser.explain(admin)).allowed).toBe(false)
    expect(await authoriser.isAllowed(admin, { admitPlatformAdmins: true })).toBe(true)
  })

  test('what is asked sets no age of its config', async () => {
    const read = source()
    const authoriser = Authoriser.fromSource(read)
    pollute({ configMaxAgeSeconds: 0 })
    await authoriser.isAllowed(admin)
    await authoriser.isAllowed(admin)
    expect(read.read).toHaveBeenCalledOnce()
  })

  test('options set neither how long its config serves nor how old it may be', async () => {
    const read = source()
    pollute({ ttlSeconds: 0, maxAgeSeconds: 0 })
    const authoriser = Authoriser.fromSource(read)
    await authoriser.isAllowed(admin)
    await authoriser.isAllowed(admin)
    expect(read.read).toHaveBeenCalledOnce()
    vi.stubEnv('COGNITO_AUTH_SECRET_NAME', 'x')
    pollute({ ttlSeconds: 'x', maxAgeSeconds: 'x' })
    expect(() => Authoriser.fromConfig()).not.toThrow()
    vi.unstubAllEnvs()
  })

  test('options give no client for its secret', async () => {
    const send = vi.fn<() => Promise<unknown>>(async () => await Promise.reject(new Error('of the test')))
    // Nor does it ask AWS for one.
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) vi.stubEnv(name, '')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    pollute({ client: { send } })
    const authoriser = Authoriser.fromSecret('x')
    for (const name of polluted) delete prototype[name]
    await authoriser.warmUp().catch(() => undefined)
    expect(send).not.toHaveBeenCalled()
    vi.unstubAllEnvs()
  })
})
