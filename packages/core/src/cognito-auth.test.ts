import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  Authoriser,
  type CognitoAuthOptions,
  ConfigurationError,
  createMockUser,
  groupRule,
  type User,
} from './index.js'
import { alb, dev, make } from '../test/cognito-auth-stage.js'

describe('requireUser', () => {
  const authoriser = new Authoriser({ rules: [groupRule(['developers'])] })

  test('lets in whom the authoriser lets in, and says no with the decision', async () => {
    const auth = make({ authoriser })
    expect(await auth.requireUser(await alb.headersFor(dev))).toMatchObject({ email: 'dev@example.com' })
    const error: unknown = await auth
      .requireUser(await alb.headersFor({ email: 'x@example.com' }))
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'access_denied', status: 403, decision: { allowed: false, reason: 'denied' } })
    expect(JSON.stringify(error)).not.toContain('x@example.com')
  })

  test('an explicit list of platform admins lets them in', async () => {
    const headers = await alb.headersFor({ groups: ['ops'] })
    await expect(make({ authoriser, platformAdminGroups: ['ops'] }).requireUser(headers)).resolves.toMatchObject({
      isAdmin: true,
    })
    await expect(
      make({ authoriser }).requireUser(await alb.headersFor({ groups: ['gds-idea'] })),
    ).rejects.toMatchObject({ status: 403 })
  })

  test('who is a platform admin, this list says, and none that another CognitoAuth or a test went by', async () => {
    const asked = async (platformAdminGroups: string[], user: User) => {
      const { allowed, user: marked } = await make({ authoriser, platformAdminGroups }).authorise(user)
      return { allowed, isPlatformAdmin: marked.isPlatformAdmin }
    }
    const yes = { allowed: true, isPlatformAdmin: true }
    const no = { allowed: false, isPlatformAdmin: false }
    const others = await make({ platformAdminGroups: ['others'] }).authenticate(
      await alb.headersFor({ groups: ['others'] }),
    )
    expect(others.isPlatformAdmin).toBe(true)
    expect(await asked(['ops'], others)).toEqual(no)
    expect(await asked([], createMockUser({ groups: ['gds-idea'] }))).toEqual(no)
    expect(await asked(['ops'], createMockUser({ groups: ['ops'] }))).toEqual(yes)
    // Unless the test says so itself.
    expect(await asked(['ops'], createMockUser({ isPlatformAdmin: true }))).toEqual(yes)
    expect(await asked(['ops'], createMockUser({ groups: ['ops'], isPlatformAdmin: false }))).toEqual(no)
    // What a user is spread into has that user's label, which nobody said.
    expect(await asked(['ops'], createMockUser({ ...createMockUser(), groups: ['ops'] }))).toEqual(yes)
    expect(await make({ authoriser, platformAdminGroups: ['ops'] }).explain(others)).toMatchObject({ allowed: false })
  })

  test('authoriser: null lets in everybody who is signed in, and says so', async () => {
    const auth = make()
    expect(await auth.authorise(await auth.authenticate(await alb.headersFor({})))).toMatchObject({
      allowed: true,
      reason: 'authorisation_disabled',
    })
  })

  test('no error says anything of the token', async () => {
    const headers = await alb.headersFor(dev, { fault: 'bad_signature' })
    const error = (await make()
      .requireUser(headers)
      .catch((reason: unknown) => reason)) as Error
    const shown = `${error.message} ${error.stack} ${JSON.stringify(error)}`
    expect(shown).not.toContain('dev@example.com')
    expect(shown).not.toContain(headers['x-amzn-oidc-data']?.slice(0, 40))
  })

  test('clearCaches forgets keys', async () => {
    const auth = make()
    await auth.requireUser(await alb.headersFor(dev))
    auth.clearCaches()
    await auth.requireUser(await alb.headersFor(dev))
    expect(alb.requests).toHaveLength(4)
  })

  test('isAllowed() is the answer that a Decision holds', async () => {
    const auth = make({ authoriser: Authoriser.fromLists({ allowedGroups: ['developers'] }) })
    expect(await auth.isAllowed(createMockUser({ groups: ['developers'] }))).toBe(true)
    expect(await auth.isAllowed(createMockUser({ groups: ['strangers'] }))).toBe(false)
  })

  test.each<[string, (path: string) => CognitoAuthOptions]>([
    ['a file', (path) => ({ authoriser: Authoriser.fromFile(path, { ttlSeconds: 60 }) })],
    ['the environment', () => ({ authoriser: undefined, configTtlSeconds: 60 })],
  ])('the oldest config that may serve is kept to for one from %s', async (_, options) => {
    const folder = mkdtempSync(join(tmpdir(), 'max-age-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'auth-config.json')
    writeFileSync(path, JSON.stringify({ allowed_groups: dev.groups }))
    vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', path)
    vi.stubEnv('COGNITO_AUTH_CONFIG_MAX_AGE', '600')
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const auth = make(options(path))
    const user = createMockUser({ groups: dev.groups })
    writeFileSync(path, '{')
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 599_000)
    expect(await auth.isAllowed(user)).toBe(true)
    vi.setSystemTime(Date.now() + 12_000)
    await expect(auth.isAllowed(user)).rejects.toMatchObject({ code: 'config_unavailable', status: 503 })
    await expect(auth.warmUp()).rejects.toMatchObject({ code: 'config_unavailable', status: 503 })
    warn.mockRestore()
    vi.useRealTimers()
  })

  test('warmUp loads the config and the keys that are known in advance', async () => {
    await make().warmUp()
    expect(alb.requests).toEqual([`${alb.issuer}/.well-known/jwks.json`])
    const read = async (): Promise<string> => await Promise.reject(new ConfigurationError('of the test'))
    const authoriser = Authoriser.fromSource({ name: 'test', isSecret: false, read })
    await expect(make({ authoriser }).warmUp()).rejects.toMatchObject({ code: 'configuration' })
  })

  test('warmUp does not keep an app from starting while AWS is out of reach; the first request asks again', async () => {
    alb.goOffline()
    const auth = make()
    await expect(auth.warmUp()).resolves.toBeUndefined()
    alb.goOnline()
    await expect(auth.requireUser(await alb.headersFor(dev))).resolves.toMatchObject({ email: dev.email })
  })

  test('only true lets in, whatever a subclass of Authoriser answers', async () => {
    class Lax extends Authoriser {
      override async authorise(user: User) {
        return await Promise.resolve({ allowed: 'no', user, reason: 'rule', rules: [] } as never)
      }
    }
    const lax = make({ authoriser: new Lax({ rules: [groupRule(['developers'])] }) })
    await expect(lax.requireUser(await alb.headersFor(dev))).rejects.toMatchObject({ code: 'access_denied' })
  })

  test('explain asks every rule, and knows what the list of platform admins means', async () => {
    const authoriser = new Authoriser({ rules: [groupRule(['a']), groupRule(['b'])] })
    const auth = make({ authoriser, platformAdminGroups: ['developers'] })
    const user = await auth.authenticate(await alb.headersFor(dev))
    expect(await auth.explain(user)).toMatchObject({
      allowed: true,
      reason: 'platform_admin',
      rules: [
        { name: 'groups: a', allowed: false },
        { name: 'groups: b', allowed: false },
      ],
    })
    expect(await make({ authoriser }).explain(user)).toMatchObject({ allowed: false, reason: 'denied' })
    expect(await make().explain(user)).toMatchObject({ allowed: true, reason: 'authorisation_disabled', rules: [] })
  })

  test.each<[string, unknown]>([
    ['opaque, with a comma', 'opa,que'],
    ['there twice', ['a', 'b']],
    ['no text', 5],
  ])('under groupsClaim the access token is not read: %s', async (_, accessToken) => {
    const auth = make({ groupsClaim: 'groups' })
    const headers = await alb.headersFor(dev)
    await expect(
      auth.requireUser({ ...headers, 'x-amzn-oidc-accesstoken': accessToken } as Record<string, string>),
    ).resolves.toMatchObject({ email: dev.email })
  })

  describe.each<[string, (user: User) => User]>([
    ['spread', (user) => ({ ...user })],
    ['cloned', (user) => structuredClone(user)],
    ['of JSON', (user) => JSON.parse(JSON.stringify(user)) as User],
  ])('a copy of a user, %s', (_, copyOf) => {
    const email = 'ceo@example.com'
    const authoriser = Authoriser.fromLists({ allowedUsers: [email], adminUsers: [email] })

    test('has no verified e-mail either where its token said nothing about it, under groupsClaim', async () => {
      const auth = make({ authoriser, groupsClaim: 'groups' })
      const user = await auth.authenticate(await alb.headersFor({ email, emailVerified: undefined }))
      expect(user.emailVerified).toBeUndefined()
      for (const asked of [user, copyOf(user)]) {
        expect(await auth.authorise(asked)).toMatchObject({ allowed: false, user: { isAppAdmin: false } })
        expect((await auth.explain(asked)).rules[0]?.code).toBe('email_not_verified')
      }
      // Nor does it once an authoriser that knows of no groupsClaim has made an app admin of it.
      expect(await auth.isAllowed((await authoriser.authorise(copyOf(user))).user)).toBe(false)
    })

    test('is as the user itself where groups come from the access token, its expiry too', async () => {
      const auth = make({ authoriser })
      const user = await auth.authenticate(await alb.headersFor({ email }))
      const decision = await auth.authorise(copyOf(user))
      expect(decision).toMatchObject({ allowed: true, user: { isAppAdmin: true, oidcClaims: {}, accessClaims: {} } })
      expect(user.expiresAt).toBeInstanceOf(Date)
      expect(decision.user.expiresAt).toEqual(user.expiresAt)
    })
  })

  test('a copy whose expiry is no date has none', async () => {
    const auth = make({ authoriser: Authoriser.fromLists({ allowedGroups: ['a'], adminUsers: [dev.email] }) })
    const user = await auth.authenticate(await alb.headersFor(dev))
    for (const expiresAt of ['soon', undefined]) {
      const { user: admin } = await auth.authorise({ ...user, expiresAt } as unknown as User)
      expect(admin).toMatchObject({ isAppAdmin: true, expiresAt: null })
    }
  })

  test('a mock user is none of the identity provider: its e-mail counts under groupsClaim unless it says otherwise', async () => {
    const auth = make({ authoriser: Authoriser.fromLists({ allowedUsers: [dev.email] }), groupsClaim: 'groups' })
    expect(await auth.isAllowed(createMockUser(dev))).toBe(true)
  })

  test('warmUp refuses a user pool that publishes no keys: it does not exist', async () => {
    const fetch = async (): Promise<Response> => await Promise.resolve(new Response('', { status: 404 }))
    await expect(make({ fetch }).warmUp()).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(
        /^userPoolId \(COGNITO_AUTH_USER_POOL_ID\) or issuer .*publishes no keys/,
      ) as string,
      cause: expect.objectContaining({ reason: 'key_not_found' }) as Error,
    })
  })
})
