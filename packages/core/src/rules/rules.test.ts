import { describe, expect, test, vi } from 'vitest'
import { Authoriser } from '../authoriser.js'
import type { Decision } from '../decision.js'
import { mockUser } from '../dev/mock-user.js'
import { userOf } from '../../test/user-of.js'
import type { User } from '../user.js'
import { clientRule } from './client-rule.js'
import { allOf, anyOf, not } from './combine.js'
import { domainRule, emailRule } from './email-rule.js'
import { groupRule } from './group-rule.js'
import { decide } from './rule-set.js'
import type { Rule } from './rule.js'

const six = ['a', 'b', 'c', 'd', 'e', 'f']

test.each<[Rule, string]>([
  [groupRule(['a', 'b']), 'groups: a, b'],
  [groupRule(six.slice(1)), 'groups: b, c, d, e, f'],
  [groupRule(six), 'groups (6)'],
  [emailRule(['a@example.com', 'b@example.com']), 'e-mails (2)'],
  [domainRule(['a.com']), 'domains: a.com'],
  [domainRule(six.slice(1).map((name) => `${name}.com`)), 'domains: b.com, c.com, d.com, e.com, f.com'],
  [domainRule(six.map((name) => `${name}.com`)), 'domains (6)'],
  [clientRule(six.slice(1)), 'clients: b, c, d, e, f'],
  [clientRule(six), 'clients (6)'],
  [anyOf(groupRule(['a']), groupRule(['b'])), 'any of(groups: a; groups: b)'],
  [allOf(groupRule(['a']), groupRule(['b'])), 'all of(groups: a; groups: b)'],
  [not(groupRule(['a'])), 'not(groups: a)'],
])('a rule is named for people to read: %o', ({ name }, expected) => {
  expect(name).toBe(expected)
})

test.each<[string, () => Rule, RegExp]>([
  ['groupRule([])', () => groupRule([]), /groupRule\(\)/],
  ['emailRule([])', () => emailRule([]), /emailRule\(\)/],
  ['domainRule([])', () => domainRule([]), /domainRule\(\)/],
  ['clientRule([])', () => clientRule([]), /clientRule\(\)/],
  ['groupRule with an empty name', () => groupRule(['a', '']), /groupRule\(\)/],
  ['groupRule with a number', () => groupRule(['a', 1 as unknown as string]), /groupRule\(\)/],
  ['domainRule with one address among domains', () => domainRule(['example.com', 'a@example.com']), /without the @/],
  ['anyOf()', () => anyOf(), /anyOf\(\)/],
  ['allOf()', () => allOf(), /allOf\(\)/],
  ['not() of nothing', () => not(undefined as unknown as Rule), /not\(\)/],
  ['anyOf of something else', () => anyOf({ name: 'x' } as unknown as Rule), /anyOf\(\)/],
])('%s is refused by name', (_, make, sentence) => {
  expect(make).toThrow(sentence)
  expect(make).toThrow(expect.objectContaining({ code: 'configuration' }))
})

// Each would match nobody, and `not()` of it would allow everybody whom it was to keep out.
test.each([
  '*.example.com',
  '.example.com',
  'example.com.',
  'example..com',
  'a.example, b.example',
  'https://a.example',
  'a.example/',
  ' a.example',
  '<a.example>',
  '?.example.com',
])('domainRule(%j) is refused: it is no domain', (domain) => {
  expect(() => domainRule(['example.com', domain])).toThrow(/^domainRule\(\) takes domains/)
})

test.each([
  'ada',
  'example.com',
  '@example.com',
  'ada@',
  'Ada <ada@example.com>',
  '<ada@example.com>',
  'a@a.example,b@a.example',
  'ada@example.com ',
  '*@example.com',
  'ada@*.example.com',
  'mailto:ada@example.com',
  'ada@a.example;bob@a.example',
  'ada@a.example;',
  '.*@example.com',
  '**@example.com',
  '%@example.com',
  'ada@?.example.com',
  'ada@example.com.',
  'ada@example..com',
])('emailRule(%j) is refused: it is no address', (email) => {
  expect(() => emailRule(['ada@example.com', email])).toThrow(/^emailRule\(\) takes e-mail addresses/)
})

test.each(['localhost', 'xn--bcher-kva.example', 'b\u00FCcher.example', '_a.example'])(
  'domainRule(%j) is not',
  (domain) => {
    expect(domainRule([domain]).name).toBe(`domains: ${domain}`)
  },
)

test.each(['"a@b"@example.com', 'a+b@localhost', "o'hara@example.com", '*a*@example.com'])(
  'emailRule(%j) is not',
  async (email) => {
    expect(await emailRule([email]).isAllowed(mockUser({ email }))).toBe(true)
  },
)

test('a rule asked by itself takes no unverified address', async () => {
  const unverified = mockUser({ email: 'a@example.com', emailVerified: false })
  for (const rule of [emailRule(['a@example.com']), domainRule(['example.com'])]) {
    expect(await rule.isAllowed(unverified)).toBe(false)
    expect(await rule.isAllowed(mockUser({ email: 'A@Example.com' }))).toBe(true)
  }
})

test('an exception is no yes on its way through not(), whatever the other rules say', async () => {
  const fails: Rule = { name: 'fails', isAllowed: () => Promise.reject(new Error('of the test')) }
  const [yes, no] = [groupRule(['a']), groupRule(['b'])]
  const user = mockUser({ groups: ['a'] })
  for (const rule of [allOf(fails, no), allOf(yes, fails), anyOf(fails, no), anyOf(no, fails)]) {
    await expect(Promise.resolve(not(rule).isAllowed(user))).rejects.toThrow('of the test')
  }
  expect(await anyOf(fails, yes).isAllowed(user)).toBe(true)
})

describe("a rule of one's own", () => {
  const answering = (answer: unknown): Rule => ({ name: 'own', isAllowed: () => answer as boolean })
  const set = {
    requireAll: false,
    adminGroups: new Set<string>(),
    adminUsers: new Set<string>(),
    requireVerifiedEmail: true,
  }

  test.each([true, false])('answers %j, at once or later, and not() the other', async (answer) => {
    for (const given of [answer, Promise.resolve(answer)]) {
      const authoriser = new Authoriser({ rules: [answering(given)] })
      expect(await authoriser.isAllowed(mockUser({}))).toBe(answer)
      expect(await new Authoriser({ rules: [not(answering(given))] }).isAllowed(mockUser({}))).toBe(!answer)
    }
  })

  test.each([undefined, null, 'true', 1, 0, '', {}, []])(
    'that answers %j has failed, also in not()',
    async (answer) => {
      for (const given of [answer, Promise.resolve(answer)]) {
        for (const rule of [answering(given), not(answering(given)), not(not(answering(given)))]) {
          const { allowed, rules } = await new Authoriser({ rules: [rule] }).explain(mockUser({}))
          expect({ allowed, code: rules[0]?.code }).toEqual({ allowed: false, code: 'rule_failed' })
          expect(rules[0]?.detail).toBe('the rule failed (TypeError), which denies')
        }
      }
    },
  )

  test('that answers at once is not waited for', () => {
    const rules = [answering(false), answering(true)]
    const decision = decide(mockUser({}), { ...set, rules }, { admitPlatformAdmins: false, askAll: false })
    expect(decision).toMatchObject({ allowed: true })
  })
})

test('a user without an e-mail member has none', async () => {
  const { email: _, ...user } = { ...mockUser({}), emailDomain: '' }
  for (const rule of [
    emailRule(['a@example.com']),
    not(emailRule(['a@example.com'])),
    not(domainRule(['example.com'])),
  ]) {
    expect(await rule.isAllowed(user as User)).toBe(false)
  }
})

test('a question of three answers is where the other build of this package looks for it', () => {
  expect(Object.getOwnPropertySymbols(emailRule(['a@example.com']).isAllowed)).toEqual([
    Symbol.for('@cognito-auth/core/question'),
  ])
})

const KELVIN = '\u212A'
const ANGSTROM = '\u212B'
const OHM = '\u2126'
const DOTTED_I = '\u0130'

test.each([
  ['the Kelvin sign', 'kevin@kpmg.example', `${KELVIN}evin@kpmg.example`],
  ['the Kelvin sign in the domain', 'kevin@kpmg.example', `kevin@${KELVIN}pmg.example`],
  ['the \u00E5ngstr\u00F6m sign', '\u00E5sa@example.com', `${ANGSTROM}sa@example.com`],
  ['the same, of a capital', '\u00C5sa@example.com', `${ANGSTROM}sa@example.com`],
  ['the same, decomposed', 'A\u030Asa@example.com', `${ANGSTROM}sa@example.com`],
  ['the ohm sign', '\u03C9@example.com', `${OHM}@example.com`],
  ['the dotted capital I', 'ida@example.com', `${DOTTED_I}da@example.com`],
  ['the same, of an i with a dot', 'i\u0307da@example.com', `${DOTTED_I}da@example.com`],
  ['the theta symbol', '\u03B8@example.com', '\u03F4@example.com'],
  ['the Greek question mark', 'a;b@example.com', 'a\u037Eb@example.com'],
])('%s is another letter than what it folds to', async (_, listed, email) => {
  for (const [one, other] of [
    [listed, email],
    [email, listed],
  ] as const) {
    expect(await emailRule([one]).isAllowed(mockUser({ email: other }))).toBe(false)
    expect(
      await domainRule([one.replace('@', '.')]).isAllowed(mockUser({ email: `x@${other.replace('@', '.')}` })),
    ).toBe(false)
    expect(await emailRule([one]).isAllowed(mockUser({ email: one }))).toBe(true)
  }
})

test.each([
  ['letter case', 'Kevin@KPMG.example', 'kEVIN@kpmg.EXAMPLE'],
  ['composition', 'zo\u00EB@example.com', 'zoe\u0308@example.com'],
  ['both', 'ZO\u00CB@b\u00FCcher.example', 'zoe\u0308@BU\u0308CHER.example'],
  ['both, beside a letter that is set aside', `${OHM}zo\u00EB@example.com`, `${OHM}ZOE\u0308@example.com`],
  ['final sigma', '\u039D\u0399\u039A\u039F\u03A3@example.com', '\u03BD\u03B9\u03BA\u03BF\u03C2@example.com'],
])('%s makes no difference', async (_, listed, email) => {
  expect(await emailRule([listed]).isAllowed(mockUser({ email }))).toBe(true)
  const domain = (address: string) => address.slice(address.indexOf('@') + 1)
  expect(await domainRule([domain(listed)]).isAllowed(mockUser({ email }))).toBe(true)
})

describe('three values', () => {
  const banned = emailRule(['ada@example.com'])
  const rival = domainRule(['example.com'])
  const yes = groupRule(['a'])
  const no = groupRule(['b'])
  const never: Rule = { name: 'never', isAllowed: () => new Promise<boolean>(() => undefined) }

  const users = [
    ['not verified', mockUser({ email: 'ada@example.com', emailVerified: false, groups: ['a'] }), 'email_not_verified'],
    ['missing', mockUser({ email: '', groups: ['a'] }), 'email_missing'],
  ] as const

  const decided = async (rule: Rule, user: User, requireVerifiedEmail = true): Promise<Decision> =>
    await new Authoriser({ rules: [rule], requireVerifiedEmail }).explain(user)

  describe.each(users)('an e-mail that is %s', (_, user, code) => {
    test.each<[string, Rule]>([
      ['emailRule', banned],
      ['domainRule', rival],
      ['not(emailRule)', not(banned)],
      ['not(domainRule)', not(rival)],
      ['not(not(emailRule))', not(not(banned))],
      ['allOf(yes, not(emailRule))', allOf(yes, not(banned))],
      ['allOf(not(domainRule), yes)', allOf(not(rival), yes)],
      ['anyOf(no, not(emailRule))', anyOf(no, not(banned))],
      ['not(anyOf(emailRule, no))', not(anyOf(banned, no))],
      ['not(anyOf(no, domainRule))', not(anyOf(no, rival))],
      ['not(allOf(emailRule, yes))', not(allOf(banned, yes))],
      ['not(allOf(yes, domainRule))', not(allOf(yes, rival))],
      ['not(anyOf(allOf(yes, emailRule)))', not(anyOf(allOf(yes, banned)))],
      ['a copy under another name', not({ ...banned, name: 'ban list' })],
    ])('denies by %s, and says why', async (__, rule) => {
      const { allowed, rules } = await decided(rule, user)
      expect({ allowed, code: rules[0]?.code }).toEqual({ allowed: false, code })
      expect(rules[0]?.detail).toMatch(
        code === 'email_missing' ? /^no e-mail in the token/ : /^the e-mail is not verified$/,
      )
      expect(await rule.isAllowed(user)).toBe(false)
    })

    test.each<[string, Rule, boolean]>([
      ['anyOf(emailRule, yes)', anyOf(banned, yes), true],
      ['anyOf(yes, not(emailRule))', anyOf(yes, not(banned)), true],
      ['allOf(emailRule, no)', allOf(banned, no), false],
      ['not(allOf(emailRule, no))', not(allOf(banned, no)), true],
      ['not(anyOf(emailRule, yes))', not(anyOf(banned, yes)), false],
    ])('does not matter to %s, which others make certain', async (__, rule, expected) => {
      const { allowed, rules } = await decided(rule, user)
      expect({ allowed, code: rules[0]?.code }).toEqual({ allowed: expected, code: undefined })
    })
  })

  test('an e-mail that is not verified counts where that was asked for', async () => {
    const [[, user]] = users
    expect((await decided(banned, user, false)).allowed).toBe(true)
    expect((await decided(not(banned), user, false)).allowed).toBe(false)
  })

  test.each<[string, (rule: Rule) => Rule]>([
    ['clientRule', (rule) => rule],
    ['not(clientRule)', not],
    ['not(anyOf(clientRule, no))', (rule) => not(anyOf(rule, no))],
  ])('of a copy of a user it is not known which token it had: %s denies, and says why', async (_, made) => {
    const copy = { ...mockUser({ kind: 'machine', sub: 'cli', clientId: 'cli' }) }
    for (const client of ['cli', 'other']) {
      const { allowed, rules } = await decided(made(clientRule([client])), copy)
      expect({ allowed, code: rules[0]?.code }).toEqual({ allowed: false, code: 'token_unknown' })
    }
  })

  test('a copy of a rule with a question of its own is asked that question', async () => {
    const strict: Rule = { ...banned, isAllowed: () => false }
    expect((await decided(strict, mockUser({ email: 'ada@example.com' }))).allowed).toBe(false)
  })

  test('an address without a domain is of no domain that could be told', async () => {
    expect((await decided(not(rival), mockUser({ email: 'ada' }))).rules[0]?.code).toBe('email_missing')
  })

  test.each<[string, Rule, boolean]>([
    ['it', never, false],
    ['not() of it', not(never), false],
    ['allOf(yes, it)', allOf(yes, never), false],
    ['not(anyOf(it, no))', not(anyOf(never, no)), false],
    ['not(not(it))', not(not(never)), false],
    ['anyOf(it, yes)', anyOf(never, yes), true],
    ['allOf(it, no)', allOf(never, no), false],
  ])('a rule that does not answer is given 5 s: %s', async (_, rule, expected) => {
    vi.useFakeTimers()
    try {
      let decision: Decision | undefined
      const asking = decided(rule, mockUser({ groups: ['a'] })).then((one) => (decision = one))
      await vi.advanceTimersByTimeAsync(4_999)
      expect(decision).toBeUndefined()
      await vi.advanceTimersByTimeAsync(1)
      expect((await asking).allowed).toBe(expected)
      const isCertain = expected || rule.name.startsWith('all of(never')
      expect(decision?.rules[0]?.code).toBe(isCertain ? undefined : 'rule_timeout')
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('what a rule throws after its time is nobody’s unhandled rejection', async () => {
    vi.useFakeTimers()
    let fail: (error: Error) => void = () => undefined
    const late: Rule = { name: 'late', isAllowed: () => new Promise<boolean>((_, reject) => (fail = reject)) }
    const asking = decided(late, mockUser({}))
    await vi.advanceTimersByTimeAsync(5_000)
    vi.useRealTimers()
    expect((await asking).rules[0]?.detail).toBe('the rule did not answer in 5 s, which denies')
    fail(new Error('of the test'))
    await new Promise((resolve) => setImmediate(resolve))
  })
})

describe('users of another identity provider (groupsClaim)', () => {
  const silent = (emailVerified: unknown) =>
    userOf({ sub: 's', email: 'ceo@example.com', email_verified: emailVerified, groups: 'staff' }, null, {
      groupsClaim: 'groups',
      platformAdminGroups: [],
    })
  const lists = { allowedUsers: ['ceo@example.com'], allowedDomains: ['example.com'], adminUsers: ['ceo@example.com'] }

  test.each([
    ['silent', undefined, false],
    ['a no', false, false],
    ['a yes', true, true],
    ['a yes in words', 'true', true],
  ])('match by e-mail, and as admins, only where their token states it: %s', async (_, emailVerified, expected) => {
    const { allowed, user, rules } = await Authoriser.fromLists(lists).explain(silent(emailVerified))
    expect({ allowed, isAdmin: user.isAdmin }).toEqual({ allowed: expected, isAdmin: expected })
    expect(rules.map(({ code }) => code)).toEqual(
      expected ? [undefined, undefined] : Array(2).fill('email_not_verified'),
    )
    const says = emailVerified === undefined ? /does not say that it is$/ : /^the e-mail is not verified$/
    for (const { detail } of expected ? [] : rules) expect(detail).toMatch(says)
  })

  test('match without it where that was asked for, and by group in any case', async () => {
    const { allowed } = await Authoriser.fromLists({ ...lists, requireVerifiedEmail: false }).authorise(
      silent(undefined),
    )
    expect(allowed).toBe(true)
    expect(await Authoriser.fromLists({ allowedGroups: ['staff'] }).isAllowed(silent(undefined))).toBe(true)
  })

  test('are told from users of Cognito, whose silence is none', async () => {
    const claims = { sub: 's', email: 'ceo@example.com' }
    const access = { sub: 's', 'cognito:groups': [] }
    const user = userOf(claims, access, { groupsClaim: undefined, platformAdminGroups: [] })
    expect(await Authoriser.fromLists(lists).isAllowed(user)).toBe(true)
  })
})

test('combinations decide as their names say', async () => {
  const [yes, no] = [groupRule(['a']), groupRule(['b'])]
  const user = mockUser({ groups: ['a'] })
  const answers = [anyOf(yes, no), anyOf(no, no), allOf(yes, yes), allOf(yes, no), not(no), not(yes)]
  expect(await Promise.all(answers.map(async (rule) => await rule.isAllowed(user)))).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
  ])
})

test.each([true, false])('no rule is no permission (every one required: %j)', async (requireAll) => {
  const nobody = {
    rules: [],
    requireAll,
    adminGroups: new Set(''),
    adminUsers: new Set(''),
    requireVerifiedEmail: true,
  }
  for (const askAll of [true, false]) {
    const { allowed, reason } = await decide(mockUser({ email: '' }), nobody, { admitPlatformAdmins: true, askAll })
    expect({ allowed, reason }).toEqual({ allowed: false, reason: 'denied' })
  }
})
