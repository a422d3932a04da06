import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cognitoAuth, secretsManager } from './command.js'

let folder: string
let config: string

async function file(name: string, content: object | string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'explain-'))
  config = await file('auth-config.json', {
    allowed_groups: ['developers'],
    allowed_users: ['ada@example.com', 'secret-colleague@example.com'],
    admin_groups: ['admins'],
  })
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

test('prints which rule allows the user', async () => {
  const { code, stdout, stderr } = await cognitoAuth(['explain', '--config', config, '--groups', 'x, developers'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(`ALLOWED by allowed_groups

file ${config}, any rule may allow:
  yes  allowed_groups   groups: developers
  no   allowed_users    e-mails (2): no e-mail in the token (behind a load balancer: is email in the scope of its listener rule?)
`)
})

test('prints what would allow the user, and exits with 1', async () => {
  const args = ['explain', '--config', config, '--email', 'bob@example.com', '--groups', 'x,y']
  const { code, stdout } = await cognitoAuth(args)
  expect(code).toBe(1)
  expect(stdout).toMatch(/^DENIED\n/)
  expect(stdout).toContain(
    'Any of these would allow the user: a group of allowed_groups; the e-mail address in allowed_users.',
  )
})

test('says that a verified address would do', async () => {
  const args = ['explain', '--config', config, '--email', 'ADA@example.com']
  const silent = await cognitoAuth(args)
  expect(silent.code).toBe(0)
  expect(silent.stdout).toContain('Only where the token marks the e-mail address as verified, or says nothing of it.')
  expect((await cognitoAuth([...args, '--email-verified', 'true'])).stdout).not.toContain('Only where')
  const unverified = await cognitoAuth([...args, '--email-verified', 'false'])
  expect(unverified.code).toBe(1)
  expect(unverified.stdout).toContain('Verified, it would allow the user.')
  const other = ['explain', '--config', config, '--email', 'bob@example.com', '--email-verified', 'false']
  const { stdout } = await cognitoAuth(other)
  expect(stdout).toContain('the e-mail address in allowed_users, verified.')
  expect(stdout).not.toContain('it would allow the user')
})

test('under groupsClaim takes an address that the token says nothing of for not verified, as the app does', async () => {
  const args = ['explain', '--config', config, '--email', 'ada@example.com']
  const env = { COGNITO_AUTH_GROUPS_CLAIM: 'groups' }
  const silent = await cognitoAuth(args, env)
  expect(silent.code).toBe(1)
  expect(silent.stdout).toMatch(/^DENIED\n/)
  expect(silent.stdout).toContain('COGNITO_AUTH_GROUPS_CLAIM is set. Verified, it would allow the user: try --email')
  expect(silent.stdout).not.toContain('or says nothing of it')
  const stated = await cognitoAuth([...args, '--email-verified', 'true'], env)
  expect(stated.code).toBe(0)
  expect(stated.stdout).not.toContain('Only where')
  const denied = await cognitoAuth([...args, '--email-verified', 'false'], env)
  expect(denied.stdout).toContain('The e-mail address is not verified. Verified, it would allow the user.')
})

test('says why a rule came to no answer, in words and for programs', async () => {
  const args = ['explain', '--config', config, '--email', 'ada@example.com', '--email-verified', 'false']
  expect((await cognitoAuth(args)).stdout).toContain(
    '  no   allowed_users    e-mails (2): the e-mail is not verified\n',
  )
  const { stdout } = await cognitoAuth([...args, '--json'])
  expect((JSON.parse(stdout) as { rules: unknown[] }).rules).toEqual([
    { key: 'allowed_groups', name: 'groups: developers', allowed: false },
    {
      key: 'allowed_users',
      name: 'e-mails (2)',
      allowed: false,
      code: 'email_not_verified',
      detail: 'the e-mail is not verified',
    },
  ])
})

test('says which rules failed where every one must say yes', async () => {
  const all = await file('all.json', { allowed_groups: ['a'], allowed_domains: ['example.com'], require_all: true })
  const { code, stdout } = await cognitoAuth(['explain', '--config', all, '--email', 'ada@example.com'])
  expect(code).toBe(1)
  expect(stdout).toContain('Every rule must allow (require_all), and the user lacks: a group of allowed_groups.')
})

test('lets in app admins, and platform admins that the environment names', async () => {
  const app = await cognitoAuth(['explain', '--config', config, '--groups', 'admins'])
  expect(app.code).toBe(0)
  expect(app.stdout).toContain('ALLOWED as an app admin')
  const args = ['explain', '--config', config, '--groups', 'gds-idea']
  expect((await cognitoAuth(args)).code).toBe(1)
  const named = await cognitoAuth(args, { COGNITO_AUTH_PLATFORM_ADMIN_GROUPS: 'gds-idea' })
  expect(named.stdout).toContain('ALLOWED as a platform admin')
})

test('groups may be given apart, and platform admins as an option, which wins over the variable', async () => {
  const groups = ['--groups', 'x', '--groups', 'ops']
  const args = ['explain', '--config', config, ...groups, '--platform-admin-groups']
  const env = { COGNITO_AUTH_PLATFORM_ADMIN_GROUPS: 'x' }
  expect((await cognitoAuth([...args, 'sre,ops'])).stdout).toContain('ALLOWED as a platform admin')
  expect((await cognitoAuth([...args, 'sre'], env)).code).toBe(1)
})

test('hints at what is over the rules: app admins, and a platform admin who is only labelled', async () => {
  const { stdout } = await cognitoAuth(['explain', '--config', config, '--groups', 'gds-idea'])
  expect(stdout).toContain('App admins (admin_groups, admin_users) are allowed whatever the rules say.')
  expect(stdout).toContain('COGNITO_AUTH_PLATFORM_ADMIN_GROUPS would allow them.')
  const plain = await file('plain.json', { allowed_groups: ['developers'] })
  const { stdout: short } = await cognitoAuth(['explain', '--config', plain, '--groups', 'x'])
  expect(short).not.toMatch(/admin/)
})

test('works in production, and whatever other variables say', async () => {
  const env = { NODE_ENV: 'production', COGNITO_AUTH_DEV_MODE: 'perhaps' }
  const { code } = await cognitoAuth(['explain', '--config', config, '--groups', 'developers'], env)
  expect(code).toBe(0)
})

describe('a secret', () => {
  const hidden = {
    allowed_groups: ['hidden'],
    allowed_users: ['hidden@example.com'],
    allowed_domains: ['hidden.example'],
  }
  const secrets = {
    'my-app/auth': JSON.stringify(hidden),
    broken: '{"allowed_users": ["hidden@example.com"',
    wrong: '{"allowed_users": ["hidden"]}',
  }

  test('is read, and none of its values is told', async () => {
    const env = await secretsManager(secrets)
    const args = ['explain', '--secret', 'my-app/auth', '--email', 'bob@example.com', '--groups', 'x']
    const text = await cognitoAuth(args, env)
    expect({ code: text.code, stderr: text.stderr }).toEqual({ code: 1, stderr: '' })
    expect(text.stdout).toContain(
      'a group of allowed_groups; the e-mail address in allowed_users; an e-mail address of allowed_domains.',
    )
    const asJson = await cognitoAuth([...args, '--json'], env)
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      source: 'secret my-app/auth',
      rules: ['allowed_groups', 'allowed_users', 'allowed_domains'].map((key) => ({ key, allowed: false })),
    })
    expect(text.stdout + asJson.stdout).not.toContain('hidden')
  })

  test('says yes by the list that has the user', async () => {
    const env = { ...(await secretsManager(secrets)), COGNITO_AUTH_SECRET_NAME: 'my-app/auth' }
    const { code, stdout } = await cognitoAuth(['explain', '--email', 'Hidden@example.com'], env)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ALLOWED by allowed_users\n/)
  })

  test.each([
    ['missing', /^secret missing does not exist in this account and region/],
    ['broken', /^secret broken is not JSON/],
    ['wrong', /^secret wrong: allowed_users\[0\] must be an e-mail address/],
  ])('that is %s is exit code 3, and none of its values is told', async (name, sentence) => {
    const env = await secretsManager(secrets)
    const { code, stdout, stderr } = await cognitoAuth(['explain', '--secret', name, '--groups', 'x'], env)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(sentence)
    expect(stderr).not.toContain('hidden')
  })
})

test('--json gives the same for programs, with nobody else’s address', async () => {
  const env = { COGNITO_AUTH_CONFIG_PATH: config }
  const { code, stdout } = await cognitoAuth(['explain', '--email', 'ada@example.com', '--json'], env)
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    source: `file ${config}`,
    allowed: true,
    reason: 'rule',
    isAppAdmin: false,
    requireAll: false,
    rules: [
      { key: 'allowed_groups', name: 'groups: developers', allowed: false },
      { key: 'allowed_users', name: 'e-mails (2)', allowed: true },
    ],
    hints: [expect.stringContaining('--email-verified false')],
  })
  expect(stdout).not.toContain('secret-colleague')
})

test.each([
  ['is not there', '/nowhere/auth.json', /\/nowhere\/auth\.json/],
  ['is not JSON', '{', /is not JSON/],
  ['has an unknown key', '{"allowed_group":["a"]}', /Did you mean "allowed_groups"/],
])('a config that %s is said, with exit code 3', async (_, content, sentence) => {
  const path = content.startsWith('/') ? content : await file('broken.json', content)
  const { code, stdout, stderr } = await cognitoAuth(['explain', '--config', path, '--groups', 'a'])
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toMatch(sentence)
  const asJson = await cognitoAuth(['explain', '--config', path, '--groups', 'a', '--json'])
  expect(JSON.parse(asJson.stdout)).toMatchObject({ error: { code: 'configuration' } })
})

test('no config at all is said, naming both variables', async () => {
  const { code, stderr } = await cognitoAuth(['explain', '--groups', 'a'])
  expect(code).toBe(3)
  expect(stderr).toMatch(/COGNITO_AUTH_CONFIG_PATH.*COGNITO_AUTH_SECRET_NAME/)
})

test.each([
  [[], /Missing command/],
  [['expain'], /Unknown command 'expain'\. Did you mean 'explain'\?/],
  [['explain'], /Missing user: give --email/],
  [['explain', '--config', 'a', '--secret', 'b', '--groups', 'x'], /cannot be used together/],
  [['explain', '--secret', '', '--groups', 'x'], /must not be empty/],
  [['explain', '--emial', 'x'], /Unknown option '--emial'\. Did you mean '--email'\?/],
  [['explain', '--email', 'x'], /--email must be an e-mail address/],
  [['explain', '--email'], /argument missing/],
  [['explain', 'x'], /Unexpected argument/],
  [['explain', '--groups', 'x', '--email-verified', 'maybe'], /true or false/],
  [['doctor', '--config', 'x'], /Unknown option/],
])('%j is not understood: exit code 2, and the usage', async (args, sentence) => {
  const { code, stdout, stderr } = await cognitoAuth(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  // The error is the last line: nothing scrolls it away.
  const [usage = '', ...rest] = stderr.trimEnd().split('\n')
  expect(usage).toMatch(/^Usage: npx @cognito-auth\/cli /)
  expect(rest.at(-1)).toMatch(sentence)
  expect(rest.length).toBeLessThan(5)
})

test('--help prints the usage, with the exit codes', async () => {
  const { code, stdout } = await cognitoAuth(['explain', '--help'])
  expect(code).toBe(0)
  expect(stdout).toContain('Exit codes: 0 allowed')
  for (const option of [
    'config',
    'secret',
    'email',
    'groups',
    'email-verified',
    'platform-admin-groups',
    'no-network',
  ]) {
    expect(stdout).toContain(`  --${option} `)
  }
})

describe('a bearer token', () => {
  let clients: string

  beforeAll(async () => {
    clients = await file('clients.json', { allowed_clients: ['nightly-job'], allowed_users: ['ada@example.com'] })
  })

  test('is allowed by its client, and told why it would be rejected all the same', async () => {
    const args = ['explain', '--config', clients, '--client', 'nightly-job', '--scopes', 'a/read']
    const on = { COGNITO_AUTH_BEARER_CLIENT_IDS: 'nightly-job,cli' }
    const allowed = await cognitoAuth(args, on)
    expect({ ...allowed, stderr: '' }).toMatchObject({ code: 0 })
    expect(allowed.stdout).toMatch(/^ALLOWED by allowed_clients\n/)
    expect(allowed.stdout).not.toContain('COGNITO_AUTH')
    const scoped = await cognitoAuth(args, { ...on, COGNITO_AUTH_BEARER_SCOPES: 'a/read,a/write' })
    expect(scoped.stdout).toContain('(403, insufficient_scope): a/write')
    expect((await cognitoAuth(args, { COGNITO_AUTH_BEARER_CLIENT_IDS: 'cli' })).stdout).toContain('rejected (401)')
    expect((await cognitoAuth(args)).stdout).toContain('COGNITO_AUTH_BEARER_CLIENT_IDS is not set')
  })

  test('of another client, and a person, are denied', async () => {
    const other = await cognitoAuth(['explain', '--config', clients, '--client', 'other'])
    expect(other.code).toBe(1)
    expect(other.stdout).toContain('a bearer token of a client of allowed_clients')
    expect((await cognitoAuth(['explain', '--config', clients, '--groups', 'nightly-job'])).code).toBe(1)
  })

  test.each<[string, object, string]>([
    [
      'e-mails',
      { allowed_users: ['ada@example.com'], allowed_domains: ['example.com'] },
      'A bearer token has no e-mail address, so allowed_users and allowed_domains cannot allow it: the client in allowed_clients would.',
    ],
    [
      'e-mails and groups',
      { allowed_users: ['ada@example.com'], allowed_groups: ['ops'] },
      'Any of these would allow the user: a group of allowed_groups.',
    ],
    [
      'e-mails and its client',
      { allowed_users: ['ada@example.com'], allowed_clients: ['x'], require_all: true },
      'Every rule must allow (require_all), and allowed_users cannot: a bearer token has no e-mail address.',
    ],
  ])('has no e-mail address, and is not told to have one: a config with %s', async (_, lists, sentence) => {
    const path = await file('no-e-mail.json', { ...lists, admin_groups: ['admins'] })
    const { code, stdout } = await cognitoAuth(['explain', '--config', path, '--client', 'x'])
    expect(code).toBe(1)
    expect(stdout).toContain(sentence)
    expect(stdout).toContain('e-mails (1): no e-mail in the token')
    expect(stdout).not.toMatch(/the e-mail address in|addresses and domains|admin_users/)
  })

  test.each([
    [['--client', 'x', '--email', 'a@example.com'], /--client and --email cannot be used together/],
    [['--scopes', 'x', '--groups', 'a'], /--scopes needs --client/],
    [['--client', ''], /--client must not be empty/],
  ])('%j is not understood', async (args, sentence) => {
    const { code, stderr } = await cognitoAuth(['explain', '--config', clients, ...args])
    expect(code).toBe(2)
    expect(stderr).toMatch(sentence)
  })
})
