/** An app that lets users write to `Object.prototype` (CWE-1321) must not thereby give them groups, e-mails or options. */
import { createTestAlb } from '@cognito-auth/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { Authoriser, CognitoAuth, type CognitoAuthOptions, type User } from '../src/index.js'
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
