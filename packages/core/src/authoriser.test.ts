import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  allOf,
  anyOf,
  Authoriser,
  type ConfigSource,
  createMockUser,
  domainRule,
  emailRule,
  groupRule,
  type MockUserProfile,
  not,
  type Rule,
} from './index.js'

const yes: Rule = { name: 'yes', isAllowed: () => true }
const no: Rule = { name: 'no', isAllowed: () => false }
const throws: Rule = {
  name: 'throws',
  isAllowed: () => {
    throw new RangeError('dev@example.com')
  },
}
const truthy = { name: 'truthy', isAllowed: () => 1 } as unknown as Rule
const rejects: Rule = { name: 'rejects', isAllowed: async () => await Promise.reject(new Error('x')) }

async function allows(
  rule: Rule | readonly Rule[],
  profile: MockUserProfile = {},
  more: object = {},
): Promise<boolean> {
  const authoriser = new Authoriser({ rules: [rule].flat(), ...more })
  return (await authoriser.authorise(createMockUser(profile))).allowed
}

describe('rules', () => {
  test.each<[string, Rule, MockUserProfile, boolean]>([
    ['a member', groupRule(['a', 'b']), { groups: ['b'] }, true],
    ['a member in another letter case', groupRule(['a']), { groups: ['A'] }, false],
    ['nobody’s member', groupRule(['a']), {}, false],
    ['an e-mail', emailRule(['A@example.com']), { email: 'a@Example.com' }, true],
    ['another e-mail', emailRule(['a@example.com']), { email: 'b@example.com' }, false],
    ['no e-mail', emailRule(['a@example.com']), { email: '' }, false],
    ['an unverified e-mail', emailRule(['a@example.com']), { email: 'a@example.com', emailVerified: false }, false],
    ['a domain', domainRule(['Example.com']), { email: 'x@example.COM' }, true],
    ['a sub-domain', domainRule(['example.com']), { email: 'x@sub.example.com' }, false],
    ['a domain that only ends alike', domainRule(['example.com']), { email: 'x@notexample.com' }, false],
    ['an address with two @', domainRule(['example.com']), { email: 'x@example.com@evil.example' }, false],
    ['an unverified domain', domainRule(['example.com']), { email: 'x@example.com', emailVerified: false }, false],
  ])('%s', async (_, rule, profile, expected) => {
    expect(await allows(rule, profile)).toBe(expected)
  })

  test.each<[string, Rule, boolean]>([
    ['anyOf(no, yes)', anyOf(no, yes), true],
    ['anyOf(no, no)', anyOf(no, no), false],
    ['anyOf(throws, yes)', anyOf(throws, yes), true],
    ['anyOf(throws, no)', anyOf(throws, no), false],
    ['allOf(yes, yes)', allOf(yes, yes), true],
    ['allOf(yes, no)', allOf(yes, no), false],
    ['allOf(yes, throws)', allOf(yes, throws), false],
    ['not(no)', not(no), true],
    ['not(yes)', not(yes), false],
    ['not(throws)', not(throws), false],
    ['not(rejects)', not(rejects), false],
    ['not(truthy)', not(truthy), false],
    ['not(not(throws))', not(not(throws)), false],
    ['not(anyOf(throws, no))', not(anyOf(throws, no)), false],
    ['not(allOf(throws, yes))', not(allOf(throws, yes)), false],
    ['not(anyOf(truthy))', not(anyOf(truthy)), false],
    ['truthy', truthy, false],
    ['rejects', rejects, false],
  ])('%s is %j', async (_, rule, expected) => {
    expect(await allows(rule)).toBe(expected)
  })

  test.each<[string, () => unknown]>([
    ['groupRule([])', () => groupRule([])],
    ['emailRule([])', () => emailRule([])],
    ['domainRule([])', () => domainRule([])],
    ['domainRule with an @', () => domainRule(['@example.com'])],
    ['groupRule with an empty name', () => groupRule([''])],
    ['anyOf()', () => anyOf()],
    ['allOf()', () => allOf()],
    ['not(undefined)', () => not(undefined as unknown as Rule)],
    ['no rules', () => new Authoriser({ rules: [] })],
    ['a rule without a question', () => new Authoriser({ rules: [{ name: 'x' } as Rule] })],
    ['options that are none', () => new Authoriser(undefined as never)],
    ['an empty admin', () => new Authoriser({ rules: [yes], adminUsers: [''] })],
    ['refresh options that are none', () => Authoriser.fromConfig(null as never)],
    ['a misspelt option', () => new Authoriser({ rules: [yes], requireAl: true } as never)],
    ['no lists', () => Authoriser.fromLists({})],
    ['empty lists', () => Authoriser.fromLists({ allowedGroups: [], adminGroups: ['a'] })],
    ['a misspelt list', () => Authoriser.fromLists({ allowedGroup: ['a'] } as never)],
    ['a file’s name for a list', () => Authoriser.fromLists({ allowed_groups: ['a'] } as never)],
  ])('%s is a mistake', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'configuration' }))
  })
})

test.each(['rules', 'requireAll'])(
  '%s of new Authoriser() that is written and undefined is not what was meant',
  (name) => {
    expect(() => new Authoriser({ rules: [yes], [name]: undefined })).toThrow(
      expect.objectContaining({
        code: 'configuration',
        message: `new Authoriser(): ${name} is undefined. Give it a value, or leave it out`,
      }),
    )
  },
)

describe('decisions', () => {
  test.each<[string, readonly Rule[], boolean, boolean]>([
    ['no', [no], false, false],
    ['yes', [yes], true, true],
    ['no, yes', [no, yes], true, false],
    ['yes, no', [yes, no], true, false],
    ['yes, yes, no', [yes, yes, no], true, false],
    ['yes, yes', [yes, yes], true, true],
    ['no, no', [no, no], false, false],
    ['yes, throws', [yes, throws], true, false],
  ])('of rules that say %s, any is %j, all is %j', async (_, rules, any, all) => {
    expect(await allows(rules)).toBe(any)
    expect(await allows(rules, {}, { requireAll: true })).toBe(all)
    const { allowed } = await new Authoriser({ rules, requireAll: true }).explain(createMockUser())
    expect(allowed).toBe(all)
  })

  test('about an admin ask no rule, unless every answer is wanted', async () => {
    const isAllowed = vi.fn<Rule['isAllowed']>(() => false)
    const authoriser = new Authoriser({ rules: [{ name: 'own', isAllowed }], adminGroups: ['admins'] })
    const admin = createMockUser({ groups: ['admins'] })
    expect(await authoriser.authorise(admin)).toMatchObject({ allowed: true, reason: 'app_admin', rules: [] })
    expect(isAllowed).not.toHaveBeenCalled()
    expect(await authoriser.explain(admin)).toMatchObject({ allowed: true, rules: [{ name: 'own', allowed: false }] })
  })

  test('are not changed by a rule that would tell the next one another thing', async () => {
    const lax: Rule = {
      name: 'lax',
      isAllowed: (_, context) => Reflect.set(context ?? {}, 'requireVerifiedEmail', false) && false,
    }
    const unverified = createMockUser({ email: 'ada@example.com', emailVerified: false })
    const { allowed } = await new Authoriser({ rules: [lax, emailRule(['ada@example.com'])] }).authorise(unverified)
    expect(allowed).toBe(false)
  })

  test('survive whatever a rule throws, and tell none of it', async () => {
    const named = Object.assign(new TypeError('x'), {
      constructor: { name: 'ada@example.com' },
      name: 'ada@example.com',
    })
    const things: unknown[] = [
      named,
      Object.assign(new Error('x'), { constructor: undefined }),
      'ada@example.com',
      null,
    ]
    for (const thing of things) {
      const rule: Rule = { name: 'throws', isAllowed: () => Promise.reject(thing) }
      const decision = await new Authoriser({ rules: [rule] }).authorise(createMockUser())
      expect(decision.allowed).toBe(false)
      expect(decision.rules[0]?.detail).toMatch(/^the rule failed \((TypeError|Error|not an Error)\), which denies$/)
    }
  })

  test('say which rule let the user in, and that a rule failed, without what it threw', async () => {
    const decision = await new Authoriser({ rules: [throws, yes] }).authorise(createMockUser())
    expect(decision).toMatchObject({
      allowed: true,
      reason: 'rule',
      rules: [
        { name: 'throws', allowed: false, detail: 'the rule failed (RangeError), which denies' },
        { name: 'yes', allowed: true },
      ],
    })
    expect(Object.isFrozen(decision)).toBe(true)
  })

  test('explain asks every rule; authorise stops when the answer is certain', async () => {
    const authoriser = new Authoriser({ rules: [yes, no] })
    expect((await authoriser.authorise(createMockUser())).rules).toHaveLength(1)
    expect((await authoriser.explain(createMockUser())).rules).toHaveLength(2)
  })

  test.each([
    ['a member of an admin group', { groups: ['admins'] }, true],
    ['an admin by e-mail', { email: 'Root@example.com' }, true],
    ['an admin by unverified e-mail', { email: 'root@example.com', emailVerified: false }, false],
    ['nobody', {}, false],
  ])('%s', async (_, profile, expected) => {
    const authoriser = Authoriser.fromLists({
      allowedGroups: ['x'],
      adminGroups: ['admins'],
      adminUsers: ['root@example.com'],
    })
    const decision = await authoriser.authorise(createMockUser(profile))
    expect(decision).toMatchObject({
      allowed: expected,
      user: { isAppAdmin: expected, isAdmin: expected },
      reason: expected ? 'app_admin' : 'denied',
    })
  })

  test('do not change the user that was asked about', async () => {
    const user = createMockUser({ groups: ['admins'] })
    const { user: marked } = await Authoriser.fromLists({
      allowedGroups: ['admins'],
      adminGroups: ['admins'],
    }).authorise(user)
    expect(user.isAppAdmin).toBe(false)
    expect(marked.isIn('admins')).toBe(true)
  })

  test('platform admins pass only where the list was set', async () => {
    const authoriser = new Authoriser({ rules: [no] })
    const user = createMockUser({ isPlatformAdmin: true })
    expect(await authoriser.authorise(user)).toMatchObject({ allowed: false })
    expect(await authoriser.authorise(user, { admitPlatformAdmins: true })).toMatchObject({
      allowed: true,
      reason: 'platform_admin',
    })
  })

  test('unverified e-mails count where that was asked for', async () => {
    const profile = { email: 'a@example.com', emailVerified: false }
    const lists = { allowedUsers: ['a@example.com'] }
    expect((await Authoriser.fromLists(lists).authorise(createMockUser(profile))).allowed).toBe(false)
    expect(
      (await Authoriser.fromLists({ ...lists, requireVerifiedEmail: false }).authorise(createMockUser(profile)))
        .allowed,
    ).toBe(true)
    expect(await allows(not(not(domainRule(['example.com']))), profile, { requireVerifiedEmail: false })).toBe(true)
  })

  test('a rule sees the user as admin', async () => {
    const isAllowed = vi.fn<Rule['isAllowed']>(() => true)
    await new Authoriser({ rules: [{ name: 'own', isAllowed }] }).authorise(createMockUser({ email: 'a@example.com' }))
    expect(isAllowed).toHaveBeenCalledWith(expect.objectContaining({ email: 'a@example.com' }), {
      requireVerifiedEmail: true,
    })
  })
})

describe('fromConfig()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'authoriser-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'config.json')

  beforeEach(() => {
    writeFileSync(path, '{ "allowed_groups": ["a"] }')
    vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', path)
    vi.stubEnv('COGNITO_AUTH_CONFIG_TTL', '60')
    vi.useFakeTimers({ toFake: ['Date'] })
  })

  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllEnvs()
  })

  /** Whether the config is read again after a time. */
  async function isReadAgainAfter(seconds: number, authoriser: Authoriser): Promise<boolean> {
    const reads: unknown[] = []
    const onRead = (message: unknown): void => void reads.push(message)
    vi.setSystemTime(Date.now() + seconds * 1000)
    subscribe('cognito-auth:config', onRead)
    await authoriser.authorise(createMockUser())
    // A read in the background takes milliseconds; without one there is nothing to wait for.
    for (let waited = 0; reads.length === 0 && waited < 300; waited += 10) await sleep(10)
    unsubscribe('cognito-auth:config', onRead)
    return reads.length > 0
  }

  test('a config serves as long as the environment says, unless the code does', async () => {
    expect(await isReadAgainAfter(59, Authoriser.fromConfig())).toBe(false)
    expect(await isReadAgainAfter(61, Authoriser.fromConfig())).toBe(true)
    expect(await isReadAgainAfter(61, Authoriser.fromConfig({ ttlSeconds: 300 }))).toBe(false)
    expect(await isReadAgainAfter(61, Authoriser.fromFile(path))).toBe(false)
  })

  test.each([
    ['missing', undefined],
    ['no JSON', '{'],
    ['one that allows nobody', '{"allowed_groups": []}'],
  ])('a file that is %s stops the app at start', (_, text) => {
    if (text === undefined) rmSync(path)
    else writeFileSync(path, text)
    for (const make of [() => Authoriser.fromConfig(), () => Authoriser.fromFile(path)]) {
      expect(make).toThrow(expect.objectContaining({ code: 'configuration' }))
    }
  })

  test('an oldest age comes from the environment, and must be a time', async () => {
    vi.stubEnv('COGNITO_AUTH_CONFIG_MAX_AGE', '120')
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const authoriser = Authoriser.fromConfig()
    rmSync(path)
    vi.setSystemTime(Date.now() + 121_000)
    await expect(authoriser.isAllowed(createMockUser())).rejects.toMatchObject({ code: 'config_unavailable' })
    vi.stubEnv('COGNITO_AUTH_CONFIG_MAX_AGE', 'never')
    expect(() => Authoriser.fromConfig()).toThrow(/COGNITO_AUTH_CONFIG_MAX_AGE/)
    expect(() => Authoriser.fromFile(path, { maxAgeSeconds: NaN })).toThrow(/maxAgeSeconds must be a number of seconds/)
  })

  test('a time that is none is a mistake', () => {
    vi.stubEnv('COGNITO_AUTH_CONFIG_TTL', 'soon')
    expect(() => Authoriser.fromConfig()).toThrow(/COGNITO_AUTH_CONFIG_TTL/)
    expect(() => Authoriser.fromConfig({ ttlSeconds: 60 })).not.toThrow()
  })
})

test.each([{ region: 'eu-west-2' }, { send: 'x' }, null, 'eu-west-2'])(
  'fromSecret() with %j as its client is a mistake, not an outage',
  (client) => {
    expect(() => Authoriser.fromSecret('x', { client: client as never })).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringMatching(/client must be a/) as string }),
    )
  },
)

describe('fromSource()', () => {
  const source = (json: string): ConfigSource => ({ name: 'parameter x', isSecret: false, read: async () => json })

  test('reads from a source of the app’s own, on first use', async () => {
    const read = vi.fn<ConfigSource['read']>(async () => '{"allowed_groups": ["a"]}')
    const authoriser = Authoriser.fromSource({ name: 'parameter x', isSecret: true, read }, { ttlSeconds: 60 })
    expect(read).not.toHaveBeenCalled()
    expect(await authoriser.isAllowed(createMockUser({ groups: ['a'] }))).toBe(true)
    expect(await authoriser.isAllowed(createMockUser())).toBe(false)
    expect(read).toHaveBeenCalledOnce()
  })

  test('names the source in what is wrong with it', async () => {
    const authoriser = Authoriser.fromSource(source('{"allowed_group": []}'))
    await expect(authoriser.warmUp()).rejects.toThrow(/^parameter x has an unknown key "allowed_group"/)
  })

  test.each([
    ['nothing', undefined],
    ['a path', 'auth-config.json'],
    ['a function', async () => '{}'],
    ['a source that does not say whether it is secret', { ...source('{}'), isSecret: undefined }],
    ['a source without a name', { ...source('{}'), name: '' }],
    ['a source that cannot be read', { name: 'x', isSecret: true, read: '{}' }],
  ])('%s is a mistake', (_, given) => {
    expect(() => Authoriser.fromSource(given as ConfigSource)).toThrow(
      expect.objectContaining({ code: 'configuration' }),
    )
  })

  test('options are checked', () => {
    expect(() => Authoriser.fromSource(source('{}'), { ttl: 5 } as never)).toThrow(/Did you mean 'ttlSeconds'\?/)
    expect(() => Authoriser.fromSource(source('{}'), { ttlSeconds: -1 })).toThrow(
      /ttlSeconds must be a number of seconds/,
    )
  })
})
