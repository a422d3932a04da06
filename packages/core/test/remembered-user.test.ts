/** A user that is remembered with its tokens: whose, for how long, and that nothing of one request reaches the next. */
import { inspect } from 'node:util'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createTestAlb } from '@cognito-auth/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Authoriser, CognitoAuth, type CognitoAuthOptions, type ConfigSource, type User } from '../src/index.js'

const alb = await createTestAlb()
const ada = { email: 'ada@example.com', sub: 'sub-ada', groups: ['developers'] }

function protect(options: CognitoAuthOptions = {}): CognitoAuth {
  const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'], adminUsers: ['boss@example.com'] })
  return new CognitoAuth({ ...alb.options, authoriser, ...options })
}

/** An `Authorization` header with an access token of this user. */
async function bearerOf(user: { readonly groups: readonly string[] }, claims: Record<string, unknown> = {}) {
  return { authorization: `Bearer ${await alb.signAccessToken({ user, claims })}` }
}

const bearer = { clientId: alb.options.clientId }

afterEach(() => {
  vi.useRealTimers()
})

describe('the same tokens and the same rules give the same user', () => {
  test.each([
    ['a person', ada],
    ['an app admin', { ...ada, email: 'boss@example.com' }],
  ])('%s', async (_, user) => {
    const auth = protect()
    const headers = await alb.headersFor(user)
    const first = await auth.requireUser(headers)
    expect(await auth.requireUser({ ...headers })).toBe(first)
    expect(first.isAppAdmin).toBe(user.email === 'boss@example.com')
    expect(Object.isFrozen(first)).toBe(true)
  })

  test('of a bearer token too', async () => {
    const auth = protect({ bearer })
    const headers = await bearerOf(ada)
    expect(await auth.requireUser(headers)).toBe(await auth.requireUser(headers))
  })

  test('under groupsClaim too', async () => {
    const auth = protect({ groupsClaim: 'custom:groups', userPoolId: alb.options.userPoolId, authoriser: null })
    const headers = await alb.headersFor(ada)
    expect(await auth.requireUser(headers)).toBe(await auth.requireUser(headers))
  })

  test('not where no token is remembered, or they were forgotten', async () => {
    const headers = await alb.headersFor(ada)
    const none = protect({ tokenCacheSize: 0 })
    expect(await none.requireUser(headers)).not.toBe(await none.requireUser(headers))
    const auth = protect()
    const before = await auth.requireUser(headers)
    auth.clearCaches()
    expect(await auth.requireUser(headers)).not.toBe(before)
  })
})

describe('other tokens, rules or options give another user', () => {
  test('another access token of the same person beside the same claims brings its own groups, in any order', async () => {
    const auth = protect({ authoriser: null })
    const headers = await alb.headersFor(ada)
    const other = {
      ...headers,
      'x-amzn-oidc-accesstoken': await alb.signAccessToken({ user: { ...ada, groups: ['x'] } }),
    }
    for (const [sent, groups] of [
      [headers, ['developers']],
      [other, ['x']],
      [other, ['x']],
      [headers, ['developers']],
      [other, ['x']],
    ] as const) {
      expect((await auth.requireUser(sent)).groups).toEqual(groups)
    }
  })

  test('another load balancer token beside the same access token brings its own e-mail, in any order', async () => {
    const auth = protect({ authoriser: null })
    const headers = await alb.headersFor(ada)
    const other = {
      ...headers,
      'x-amzn-oidc-data': await alb.signAlbToken({ user: { ...ada, email: 'new@example.com' } }),
    }
    for (const [sent, email] of [
      [headers, ada.email],
      [other, 'new@example.com'],
      [other, 'new@example.com'],
      [headers, ada.email],
    ] as const) {
      expect((await auth.requireUser(sent)).email).toBe(email)
    }
  })

  test('another bearer token brings its own groups, in any order', async () => {
    const auth = protect({ bearer, authoriser: null })
    const [one, two] = [await bearerOf(ada), await bearerOf({ ...ada, groups: ['x'] })]
    for (const [sent, groups] of [
      [one, ['developers']],
      [two, ['x']],
      [two, ['x']],
      [one, ['developers']],
    ] as const) {
      expect((await auth.requireUser(sent)).groups).toEqual(groups)
    }
  })

  test('the same token beside the load balancer’s is another user than as bearer token', async () => {
    const auth = protect({ bearer, authoriser: null })
    const session = await alb.headersFor(ada)
    const alone = { authorization: `Bearer ${session['x-amzn-oidc-accesstoken']}` }
    for (const [sent, email] of [
      [session, ada.email],
      [alone, ''],
      [session, ada.email],
      [alone, ''],
    ] as const) {
      expect((await auth.requireUser(sent)).email).toBe(email)
    }
  })

  test('a copy that an app makes of a user, and changes, is asked anew', async () => {
    const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'], adminGroups: ['admins'] })
    const user = await protect({ authoriser: null }).requireUser(await alb.headersFor({ ...ada, groups: ['admins'] }))
    const copy: User = { ...user }
    for (const email of ['first@example.com', 'second@example.com']) {
      Object.assign(copy, { email })
      expect((await authoriser.authorise(copy)).user).toMatchObject({ isAppAdmin: true, email })
    }
  })

  test('rules that change make an app admin, and no longer do', async () => {
    let adminUsers: string[] = []
    const source: ConfigSource = {
      name: 'test',
      isSecret: false,
      read: async () =>
        await Promise.resolve(JSON.stringify({ allowed_groups: ['developers'], admin_users: adminUsers })),
    }
    const auth = protect({ authoriser: Authoriser.fromSource(source, { ttlSeconds: 0 }) })
    const headers = await alb.headersFor(ada)
    const plain = await auth.requireUser(headers)
    expect(plain.isAppAdmin).toBe(false)
    adminUsers = [ada.email]
    const admin = await auth.requireUser(headers)
    expect(admin).toMatchObject({ isAppAdmin: true, isAdmin: true })
    const later = await auth.requireUser(headers)
    expect(later).toEqual(admin)
    // Read anew, these are other rules, though they say the same.
    expect(later).not.toBe(admin)
    adminUsers = []
    expect(await auth.requireUser(headers)).toBe(plain)
  })

  test('one authoriser’s admin is not another’s', async () => {
    const headers = await alb.headersFor(ada)
    const auth = protect()
    const user = await auth.requireUser(headers)
    const strict = Authoriser.fromLists({ allowedGroups: ['developers'] })
    const lax = Authoriser.fromLists({ allowedGroups: ['developers'], adminGroups: ['developers'] })
    for (const _ of [1, 2]) {
      expect((await lax.authorise(user)).user.isAppAdmin).toBe(true)
      expect((await strict.authorise(user)).user.isAppAdmin).toBe(false)
    }
  })

  test('a user of one CognitoAuth is asked by another for its own platform admins', async () => {
    const headers = await alb.headersFor(ada)
    const ops = protect({ platformAdminGroups: ['developers'] })
    const other = protect({ platformAdminGroups: [] })
    const user = await ops.requireUser(headers)
    expect(user.isPlatformAdmin).toBe(true)
    expect((await other.authorise(user)).user.isPlatformAdmin).toBe(false)
    expect((await other.requireUser(headers)).isPlatformAdmin).toBe(false)
    expect((await ops.requireUser(headers)).isPlatformAdmin).toBe(true)
  })
})

describe('a remembered user is asked for as ever', () => {
  async function seenTwice(auth: CognitoAuth, lifetime?: number) {
    const headers = await alb.headersFor(ada)
    const exp = lifetime === undefined ? {} : { exp: Math.floor(Date.now() / 1000) + lifetime }
    const sent = {
      ...headers,
      'x-amzn-oidc-data': await alb.signAlbToken({ user: ada, header: exp, claims: exp }),
      'x-amzn-oidc-accesstoken': await alb.signAccessToken({ user: ada, claims: exp }),
    }
    expect(await auth.requireUser(sent)).toBe(await auth.requireUser(sent))
    return sent
  }

  test.each([
    ['the load balancer’s token', 126, 'x-amzn-oidc-accesstoken'],
    ['the access token', 3606, 'x-amzn-oidc-data'],
  ] as const)('%s expires', async (_, after, fresh) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const auth = protect()
    const sent = await seenTwice(auth)
    vi.setSystemTime(Date.now() + after * 1000)
    const later = { ...sent, [fresh]: (await alb.headersFor(ada))[fresh] }
    await expect(auth.requireUser(later)).rejects.toMatchObject({ code: 'expired_token' })
  })

  test('a bearer token expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const auth = protect({ bearer })
    const sent = await bearerOf(ada, { exp: Math.floor(Date.now() / 1000) + 60 })
    expect(await auth.requireUser(sent)).toBe(await auth.requireUser(sent))
    vi.setSystemTime(Date.now() + 66_000)
    await expect(auth.requireUser(sent)).rejects.toMatchObject({ code: 'expired_token' })
  })

  test('the clock is set back to before a bearer token', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const auth = protect({ bearer })
    const sent = await bearerOf(ada)
    expect(await auth.requireUser(sent)).toBe(await auth.requireUser(sent))
    vi.setSystemTime(Date.now() - 3_600_000)
    await expect(auth.requireUser(sent)).rejects.toMatchObject({ reason: 'not_yet_valid' })
  })

  test('one of the load balancer’s headers is beside a bearer token', async () => {
    const auth = protect({ bearer })
    const sent = await bearerOf(ada)
    expect(await auth.requireUser(sent)).toBe(await auth.requireUser(sent))
    await expect(auth.requireUser({ ...sent, 'X-Amzn-Oidc-Other': 'x' })).rejects.toMatchObject({
      code: 'missing_token',
    })
  })

  test('a second header is beside a bearer token', async () => {
    const auth = protect({ bearer })
    const sent = await bearerOf(ada)
    expect(await auth.requireUser(sent)).toBe(await auth.requireUser(sent))
    for (const more of [{ Authorization: 'Basic x' }, { authorization: `${sent.authorization}, Bearer x` }]) {
      await expect(auth.requireUser({ ...sent, ...more })).rejects.toMatchObject({ reason: 'duplicate_header' })
    }
  })

  test('the identity header is somebody else’s', async () => {
    const auth = protect()
    const sent = { ...(await seenTwice(auth)), 'x-amzn-oidc-identity': 'sub-mallory' }
    await expect(auth.requireUser(sent)).rejects.toMatchObject({ reason: 'subject' })
  })

  test('the access token is somebody else’s', async () => {
    const auth = protect()
    const [sent, mallory] = [
      await seenTwice(auth),
      await alb.headersFor({ sub: 'sub-mallory', groups: ['developers'] }),
    ]
    await auth.requireUser(mallory)
    const mixed = { ...sent, 'x-amzn-oidc-accesstoken': mallory['x-amzn-oidc-accesstoken'] }
    await expect(auth.requireUser(mixed)).rejects.toMatchObject({ reason: 'subject' })
  })

  test('the rules deny', async () => {
    let groups = ['developers']
    const rule = {
      name: 'changing',
      isAllowed: (user: { isIn(group: string): boolean }) => groups.some((one) => user.isIn(one)),
    }
    const auth = protect({ authoriser: new Authoriser({ rules: [rule] }) })
    const sent = await seenTwice(auth)
    groups = []
    await expect(auth.requireUser(sent)).rejects.toMatchObject({ code: 'access_denied' })
  })

  test.each(['a session', 'a bearer token'])('the key of %s is gone', async (what) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const auth = protect({ bearer })
    const session = await seenTwice(auth, 40 * 3600)
    const sent = what === 'a session' ? session : { authorization: `Bearer ${session['x-amzn-oidc-accesstoken']}` }
    expect(await auth.requireUser(sent)).toBe(await auth.requireUser(sent))
    alb.rotateKeys()
    alb.retireKeys()
    vi.setSystemTime(Date.now() + 26 * 3600 * 1000)
    await expect(auth.requireUser(sent)).rejects.toMatchObject({ reason: 'key_not_found' })
  })

  test('and listeners are told of each request', async () => {
    const heard: unknown[] = []
    const listen = (message: unknown): void => void heard.push(message)
    const channels = ['cognito-auth:authenticated', 'cognito-auth:authorised']
    for (const name of channels) subscribe(name, listen)
    try {
      await seenTwice(protect())
    } finally {
      for (const name of channels) unsubscribe(name, listen)
    }
    expect(heard).toHaveLength(4)
  })
})

describe('nothing of one request is left for the next', () => {
  test('a Date that a handler changes is its own', async () => {
    const auth = protect()
    const headers = await alb.headersFor(ada)
    const user = await auth.requireUser(headers)
    const expires = user.expiresAt?.getTime()
    user.expiresAt?.setTime(0)
    expect((await auth.requireUser(headers)).expiresAt?.getTime()).toBe(expires)
  })

  test('members, lists, claims and functions take no writing', async () => {
    const user = await protect().requireUser(await alb.headersFor(ada))
    for (const part of [user, user.groups, user.scopes, user.oidcClaims, user.accessClaims, user.isIn, user.toString]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
    const { isIn } = user
    expect(isIn('developers')).toBe(true)
  })

  test('a log shows when it expires, and no claims', async () => {
    const shown = inspect(await protect().requireUser(await alb.headersFor(ada)))
    expect(shown).toMatch(/expiresAt: \d{4}-\d\d-\d\dT/)
    expect(shown).not.toContain('token_use')
  })
})
