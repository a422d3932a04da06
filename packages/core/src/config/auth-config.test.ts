import { describe, expect, test } from 'vitest'
import { mockUser } from '../dev/mock-user.js'
import { decide } from '../rules/rule-set.js'
import { type AccessLists, parseAccessLists, parseAuthConfig } from './auth-config.js'

const parse = (value: unknown, origin = { name: 'file auth.json', isSecret: false }) =>
  parseAuthConfig(typeof value === 'string' ? value : JSON.stringify(value), origin)

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
  [
    'a config in a config',
    { 'auth.json': '{"allowed_groups": ["a"]}' },
    /unknown key "auth\.json" whose value is JSON/,
  ],
  ['a list in quotes', { allowed_groups: '["a"]' }, /allowed_groups must be a list, and is a string.*Plaintext tab/],
  ['a group that is empty', { allowed_groups: ['a', ''] }, /allowed_groups\[1\] must not be empty/],
  ['a group that is a number', { allowed_groups: [1] }, /allowed_groups\[0\] must be a string/],
  ['an e-mail that is none', { allowed_users: ['a@example.com', 'b'] }, /allowed_users\[1\] must be an e-mail address/],
  [
    'an admin that is none',
    { allowed_groups: ['a'], admin_users: ['x'] },
    /admin_users\[0\] must be an e-mail address/,
  ],
  ['an e-mail in angle brackets', { allowed_users: ['<a@example.com>'] }, /allowed_users\[0\] must be an e-mail/],
  ['a wildcard', { allowed_users: ['*@example.com'] }, /allowed_users\[0\] must be an e-mail/],
  ['a wildcard of another kind', { allowed_users: ['.*@example.com'] }, /allowed_users\[0\] must be an e-mail/],
  ['an e-mail with a semicolon', { allowed_users: ['a@example.com;'] }, /allowed_users\[0\] must be an e-mail/],
  ['a wildcard in a domain', { admin_users: ['a@*.example.com'] }, /admin_users\[0\] must be an e-mail/],
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
    'a key twice',
    '{"require_all": true, "allowed_groups": ["a"], "require_all": false}',
    /the key "require_all" twice/,
  ],
  [
    'a list twice',
    '{"allowed_groups": ["a"], "allowed_groups": ["b"]}',
    /the key "allowed_groups" twice in one object/,
  ],
  ['a key twice, once escaped', '{"allowed_groups": ["a"], "allowed\\u005fgroups": ["b"]}', /"allowed_groups" twice/],
  ['a key twice, spaced out', '{"allowed_groups" : ["a"],\n"allowed_groups"\n\t:["b"]}', /"allowed_groups" twice/],
  ['a key twice in an object of a comment', '{"_a": [{"x": 1, "x": 2}], "allowed_groups": ["a"]}', /"x" twice/],
  ['an address twice as a key', '{"_": {"ada@example.com": 1, "ada@example.com": 2}}', /the key \(not told here[^@]*$/],
])('says what to do about %s', (_, value, sentence) => {
  expect(() => parse(value)).toThrow(sentence)
  expect(() => parse(value)).toThrow(expect.objectContaining({ code: 'configuration' }))
})

test.each([
  ['the same key in two objects', '{"_a": {"x": 1}, "_b": {"x": 1}, "allowed_groups": ["a"]}'],
  ['a value that is the same text', '{"allowed_groups": ["allowed_groups", "allowed_groups", "x\\":"]}'],
  ['braces, quotes and colons in values', '{"_a": "{\\"allowed_groups\\": {", "_b": "\\\\", "allowed_groups": ["}:"]}'],
])('%s is no key twice', (_, value) => {
  expect(parse(value).rules).toHaveLength(1)
})

test.each([
  ['no list', {}, /at least one of/],
  ['only empty lists', { allowed_groups: [], allowed_users: [], allowed_domains: [] }, /at least one of/],
  ['only admins', { admin_groups: ['a'] }, /at least one of/],
  [
    'an empty list that must match',
    { allowed_groups: [], allowed_users: [], allowed_domains: ['a.example'], require_all: true },
    /^file auth\.json: allowed_groups, allowed_users must not be empty: with require_all every list/,
  ],
])('%s is told as closed, with what to write', async (_, value, sentence) => {
  const set = parse(value)
  expect(set.closed).toMatch(sentence)
  const user = mockUser({ email: 'x@a.example', groups: ['x'] })
  const { allowed } = await decide(user, set, { admitPlatformAdmins: false, askAll: true })
  expect(allowed).toBe(false)
})

test('an empty list is a condition only where every list must match', () => {
  const lists = { allowed_groups: [], allowed_users: [], allowed_domains: ['a.example'] }
  expect(parse(lists)).toMatchObject({ closed: undefined, keys: ['allowed_domains'] })
  expect(parse({ allowed_groups: ['a'], allowed_domains: ['a.example'], require_all: true }).closed).toBeUndefined()
  expect(parse({ ...lists, require_all: true }).rules.map(({ name }) => name)).toEqual([
    'allowed_groups (0)',
    'allowed_users (0)',
    'domains: a.example',
  ])
})

test('members of a polluted Object.prototype are not read', () => {
  const polluted = Object.prototype as Record<string, unknown>
  polluted['allowed_groups'] = ['attackers']
  polluted['admin_groups'] = ['attackers']
  try {
    const set = parse({ allowed_domains: ['a.example'] })
    expect(set.keys).toEqual(['allowed_domains'])
    expect(set.adminGroups.size).toBe(0)
  } finally {
    delete polluted['allowed_groups']
    delete polluted['admin_groups']
  }
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

describe('of a secret, no key is told', () => {
  const secret = { name: 'secret x', isSecret: true }

  test.each([
    ['hunter2', { hunter2: 'x' }],
    ['a group', { 'redundancy-planning': ['a'], allowed_groups: ['a'] }],
    ['a password', { correct_horse: '', battery: '' }],
    ['a key twice', '{"allowed_groups": ["a"], "_": {"hunter2": 1, "hunter2": 2}}'],
    ['a key that is far from any', { allowed: ['a'] }],
    ['a key that is empty', { '': ['a'] }],
  ])('%s', (_, value) => {
    expect(() => parse(value, secret)).toThrow(/^secret x has (?:an unknown|the) key \(not told here/)
  })

  test.each([
    ['allowed_group', { allowed_group: ['a'] }],
    ['allowedGroups', { allowedGroups: ['a'] }],
    ['require_al', { require_al: true }],
    ['allowed_groups', '{"allowed_groups": ["a"], "allowed_groups": ["b"]}'],
  ])('but %s, which is one or a typo', (key, value) => {
    expect(() => parse(value, secret)).toThrow(new RegExp(`^secret x has (?:an unknown|the) key "${key}"`))
  })
})

test.each(
  [
    'mailto:a@example.com',
    'MAILTO:a@example.com',
    'a@http://example.com',
    'a@example.com/',
    'a@example.com?x',
    'a@example.com:443',
    'a@example.com;b',
    'a@example..com',
    'a@example.com\0',
    'a\0@example.com',
    'a\u200B@example.com',
    'a@example\u200B.com',
    'a@example.com.',
    '@example.com',
    'example.com',
  ].flatMap((address) => ['allowed_users', 'admin_users'].map((key) => ({ key, address }))),
)('what can be no address of anybody is refused, and where it stands told: $key $address', ({ key, address }) => {
  const config = { allowed_groups: ['developers'], [key]: ['a@example.com', address] }
  expect(() => parse(config)).toThrow(`file auth.json: ${key}[1] must be an e-mail address, such as a@example.com`)
})

test.each(["o'neil+tag@example.co.uk", '*a@example.com', 'a.b-c_d%e@sub.example.com', 'a@xn--bcher-kva.example'])(
  'an unusual address is one: %s',
  (address) => {
    expect(parse({ allowed_users: [address] }).closed).toBeUndefined()
  },
)

test.each(['jo@bücher.example', 'jo@BÜCHER.example', 'jo@bu\u0308cher.example', 'jo@例え.example'])(
  '%s is of a domain with letters of other alphabets, in any form and letter case',
  (email) => {
    const set = parse({ allowed_domains: ['bu\u0308cher.example', 'BÜCHER.example', '例え.example'] })
    expect(decide(mockUser({ email }), set, { admitPlatformAdmins: false, askAll: false })).toMatchObject({
      allowed: true,
    })
  },
)

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
  [
    { allowedGroup: ['a'] },
    /^Authoriser\.fromLists\(\): Unknown option 'allowedGroup'\. Did you mean 'allowedGroups'\?/,
  ],
  [{ allowed_groups: ['a'] }, /Did you mean 'allowedGroups'\?/],
  [{ allowedUsers: ['a'] }, /^Authoriser\.fromLists\(\): allowedUsers\[0\] must be an e-mail address/],
  [{ allowedGroups: 'a' }, /: allowedGroups must be a list/],
  [{ allowedGroups: ['a'], requireAll: 'yes' }, /: requireAll must be true or false/],
  [{ allowedGroups: undefined, allowedUsers: ['a@example.com'] }, /: allowedGroups is undefined\. Give it a value/],
  [{ allowedGroups: ['a'], allowedUsers: undefined }, /: allowedUsers is undefined/],
  [{ allowedGroups: ['a'], allowedDomains: undefined }, /: allowedDomains is undefined/],
  [{ allowedGroups: ['a'], requireAll: undefined }, /: requireAll is undefined/],
  [
    { allowedGroups: [], allowedDomains: ['a.example'], requireAll: true },
    /: allowedGroups must not be empty: with requireAll/,
  ],
  [{}, /at least one of allowedGroups, allowedUsers, allowedDomains, allowedClients must not be empty/],
])('lists of %j are refused in names of code', (lists, sentence) => {
  expect(() => parseAccessLists(lists as AccessLists)).toThrow(sentence)
})
