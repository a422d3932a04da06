import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cognitoAuth } from './command.js'

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

test('prints which rule let the user in', async () => {
  const { code, stdout, stderr } = await cognitoAuth(['explain', '--config', config, '--groups', 'x, developers'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(`Let in by the rules below.

file ${config}, any rule may say yes:
  yes  groups: developers
  no   e-mails (2)
`)
})

test('prints what would have let the user in, and exits with 1', async () => {
  const args = ['explain', '--config', config, '--email', 'bob@example.com', '--groups', 'x,y']
  const { code, stdout } = await cognitoAuth(args)
  expect(code).toBe(1)
  expect(stdout).toMatch(/^Not let in\./)
  expect(stdout).toContain('Any of these would let them in: groups: developers; e-mails (2).')
})

test('says that a verified address would do', async () => {
  const args = ['explain', '--config', config, '--email', 'ADA@example.com']
  expect((await cognitoAuth(args)).code).toBe(0)
  const unverified = await cognitoAuth([...args, '--email-verified', 'no'])
  expect(unverified.code).toBe(1)
  expect(unverified.stdout).toContain('Verified, it would let them in.')
})

test('says which rules failed where every one must say yes', async () => {
  const all = await file('all.json', { allowed_groups: ['a'], allowed_domains: ['example.com'], require_all: true })
  const { code, stdout } = await cognitoAuth(['explain', '--config', all, '--email', 'ada@example.com'])
  expect(code).toBe(1)
  expect(stdout).toContain('Every rule must let them in (require_all), and this did not: groups: a.')
})

test('lets in app admins, and platform admins that the environment names', async () => {
  const app = await cognitoAuth(['explain', '--config', config, '--groups', 'admins'])
  expect(app.code).toBe(0)
  expect(app.stdout).toContain('Let in as an app admin')
  const args = ['explain', '--config', config, '--groups', 'gds-idea']
  expect((await cognitoAuth(args)).code).toBe(1)
  const named = await cognitoAuth(args, { COGNITO_AUTH_PLATFORM_ADMIN_GROUPS: 'gds-idea' })
  expect(named.stdout).toContain('Let in as a platform admin')
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
      { name: 'groups: developers', allowed: false },
      { name: 'e-mails (2)', allowed: true },
    ],
    hints: [],
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
  [[], /Which command\?/],
  [['expain'], /There is no command expain/],
  [['explain'], /Who is it about\?/],
  [['explain', '--config', 'a', '--secret', 'b', '--email', 'x'], /exclude each other/],
  [['explain', '--e-mail', 'x'], /Unknown option '--e-mail'/],
  [['explain', 'x'], /Unexpected argument/],
  [['explain', '--email', 'x', '--email-verified', 'maybe'], /yes or no/],
  [['doctor', '--config', 'x'], /Unknown option/],
])('%j is not understood: exit code 2, and the usage', async (args, sentence) => {
  const { code, stdout, stderr } = await cognitoAuth(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(sentence)
  expect(stderr).toContain('cognito-auth explain [options]')
})

test('--help prints the usage, with the exit codes', async () => {
  const { code, stdout } = await cognitoAuth(['explain', '--help'])
  expect(code).toBe(0)
  expect(stdout).toContain('Exit codes: 0 let in')
})
