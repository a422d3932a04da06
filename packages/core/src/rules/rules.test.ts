import { expect, test } from 'vitest'
import { mockUser } from '../dev/mock-user.js'
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

test('a Kelvin sign is no k: kevin@kpmg.example is one person', async () => {
  const rules = [emailRule(['Kevin@kpmg.example']), domainRule(['KPMG.example'])]
  for (const rule of rules) expect(await rule.isAllowed(mockUser({ email: 'KEVIN@kpmg.EXAMPLE' }))).toBe(true)
  for (const email of ['\u212Aevin@kpmg.example', 'kevin@\u212Apmg.example']) {
    expect(await emailRule(['kevin@kpmg.example']).isAllowed(mockUser({ email }))).toBe(false)
  }
  expect(await domainRule(['kpmg.example']).isAllowed(mockUser({ email: 'evil@\u212Apmg.example' }))).toBe(false)
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
