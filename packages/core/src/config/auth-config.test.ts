import { expect, test } from 'vitest'
import { type AccessLists, parseAccessLists, parseAuthConfig } from './auth-config.js'

const parse = (value: unknown) =>
  parseAuthConfig(typeof value === 'string' ? value : JSON.stringify(value), 'file auth.json')

test('the config file of the Python library loads unchanged, comments included', () => {
  const set = parse({
    _comment: 'Who may use this app',
    _comment_groups: ['anything'],
    allowed_groups: ['developers'],
    allowed_users: ['a@example.com'],
    require_all: true,
    admin_groups: ['admins'],
    admin_users: ['Root@example.com'],
  })
  expect(set.rules).toHaveLength(2)
  expect(set).toMatchObject({ requireAll: true, requireVerifiedEmail: true })
  expect([...set.adminUsers]).toEqual(['root@example.com'])
})

test('a byte order mark does no harm', () => {
  expect(parse('\uFEFF{"allowed_groups":["a"]}').rules).toHaveLength(1)
})

test.each([
  ['not JSON', '{"allowed_groups": ["a"],}', /^file auth\.json is not JSON\. Look for a missing comma/],
  ['a list', [], /must be a JSON object/],
  ['null', 'null', /must be a JSON object/],
  ['a misspelt key', { allowed_group: ['a'] }, /unknown key "allowed_group"\. Did you mean "allowed_groups"\?/],
  ['an address as a key', { 'ada@example.com': ['a'] }, /^file auth\.json has an unknown key \(not told here[^@]*$/],
  ['a key in camel case', { allowedGroups: ['a'] }, /Did you mean "allowed_groups"\?/],
  ['a text instead of a list', { allowed_groups: 'a' }, /allowed_groups must be a list, such as \["developers"\]/],
  ['a group that is empty', { allowed_groups: ['a', ''] }, /allowed_groups\[1\] must not be empty/],
  ['a group that is a number', { allowed_groups: [1] }, /allowed_groups\[0\] must be a text/],
  ['an e-mail that is none', { allowed_users: ['a@example.com', 'b'] }, /allowed_users\[1\] must be an e-mail address/],
  [
    'an admin that is none',
    { allowed_groups: ['a'], admin_users: ['x'] },
    /admin_users\[0\] must be an e-mail address/,
  ],
  ['an e-mail with more behind it', { allowed_users: ['a@example.com b'] }, /allowed_users\[0\] must be an e-mail/],
  ['an e-mail with more before it', { allowed_users: ['b a@example.com'] }, /allowed_users\[0\] must be an e-mail/],
  ['a domain with more behind it', { allowed_domains: ['example.com/x'] }, /allowed_domains\[0\] must be a domain/],
  ['a domain with more before it', { allowed_domains: ['*.example.com'] }, /allowed_domains\[0\] must be a domain/],
  ['a mark in the middle', '{"allowed_groups":\uFEFF["a"]}', /is not JSON/],
  ['a number', '5', /must be a JSON object/],
  ['a domain with an @', { allowed_domains: ['@example.com'] }, /allowed_domains\[0\] must be a domain without the @/],
  [
    'a flag in quotes',
    { allowed_groups: ['a'], require_all: 'true' },
    /require_all must be true or false, without quotes/,
  ],
  ['null instead of a list', { allowed_groups: null }, /allowed_groups must be a list/],
  [
    'nobody let in',
    { allowed_groups: [], allowed_users: [] },
    /at least one of allowed_groups, allowed_users, allowed_domains must not be empty/,
  ],
  ['only admins', { admin_groups: ['a'] }, /at least one of/],
])('says what to do about %s', (_, value, sentence) => {
  expect(() => parse(value)).toThrow(sentence)
  expect(() => parse(value)).toThrow(expect.objectContaining({ code: 'configuration' }))
})

test('never prints a value', () => {
  for (const value of [
    '{"allowed_users": ["secret-value"',
    { allowed_users: ['secret-value'] },
    { allowed_domains: ['secret-value@'] },
  ]) {
    expect(() => parse(value)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret-value') as string }),
    )
  }
})

test('each rule says which key it comes from', () => {
  const { keys } = parse({
    allowed_domains: ['a.example.com'],
    allowed_users: ['a@example.com'],
    allowed_groups: ['a'],
  })
  expect(keys).toEqual(['allowed_groups', 'allowed_users', 'allowed_domains'])
})

test('lists in code say the same in names of code', () => {
  const lists: AccessLists = {
    allowedGroups: ['a'],
    allowedUsers: undefined,
    allowedDomains: ['example.com'],
    requireAll: true,
    adminGroups: ['admins'],
    adminUsers: ['Root@example.com'],
    requireVerifiedEmail: false,
  }
  const set = parseAccessLists(lists)
  expect(set).toMatchObject({ requireAll: true, requireVerifiedEmail: false })
  expect(set.rules.map(({ name }) => name)).toEqual(['groups: a', 'domains: example.com'])
  expect([[...set.adminGroups], [...set.adminUsers]]).toEqual([['admins'], ['root@example.com']])
})

test.each([
  [undefined, /^Authoriser\.fromLists\(\) takes its options as a plain object/],
  [null, /takes its options as a plain object/],
  ['a', /takes its options as a plain object/],
  [{ allowedGroup: ['a'] }, /^Authoriser\.fromLists\(\) has no allowedGroup\. Did you mean allowedGroups\?/],
  [{ allowed_groups: ['a'] }, /Did you mean allowedGroups\?/],
  [{ allowedUsers: ['a'] }, /^Authoriser\.fromLists\(\): allowedUsers\[0\] must be an e-mail address/],
  [{ allowedGroups: 'a' }, /: allowedGroups must be a list/],
  [{ allowedGroups: ['a'], requireAll: 'yes' }, /: requireAll must be true or false/],
  [{}, /at least one of allowedGroups, allowedUsers, allowedDomains must not be empty/],
])('lists of %j are refused in names of code', (lists, sentence) => {
  expect(() => parseAccessLists(lists as AccessLists)).toThrow(sentence)
})
