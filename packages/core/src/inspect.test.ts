import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { explainConfig, keyEndpoints, unknownVariables, VARIABLE_NAMES } from './inspect.js'

const albArn = 'arn:aws:elasticloadbalancing:eu-west-2:000000000000:loadbalancer/app/test-alb/0123456789abcdef'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('keyEndpoints', () => {
  test('come from the ARN and the pinned pool, by option or by variable', () => {
    const expected = {
      albKeys: ['https://public-keys.auth.elb.eu-west-2.amazonaws.com'],
      jwks: ['https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_Pool1/.well-known/jwks.json'],
    }
    expect(keyEndpoints({ albArn, userPoolId: 'eu-west-2_Pool1' })).toEqual(expected)
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', albArn)
    vi.stubEnv('COGNITO_AUTH_USER_POOL_ID', 'eu-west-2_Pool1')
    expect(keyEndpoints()).toEqual(expected)
  })

  test('are one for each region, and no JWKS where no pool is pinned or no access token is read', () => {
    const other = albArn.replace('test-alb', 'other')
    const american = albArn.replace('eu-west-2', 'us-east-1')
    expect(keyEndpoints({ albArn: [albArn, other, american] })).toEqual({
      albKeys: ['eu-west-2', 'us-east-1'].map((region) => `https://public-keys.auth.elb.${region}.amazonaws.com`),
      jwks: [],
    })
    const oidc = { albArn, issuer: 'https://idp.example', groupsClaim: 'groups' }
    expect(keyEndpoints(oidc).jwks).toEqual([])
  })

  test('are refused for what is wrong, as `CognitoAuth` does', () => {
    expect(() => keyEndpoints({})).toThrow(/albArn \(COGNITO_AUTH_ALB_ARN\) is required/)
    expect(() => keyEndpoints({ albArn, userPoolId: 'x' })).toThrow(/COGNITO_AUTH_USER_POOL_ID/)
    expect(keyEndpoints({ devMode: true })).toEqual({ albKeys: [], jwks: [] })
  })
})

test('variables that nothing reads are found, each with the nearest that is read', () => {
  const environment = { COGNITO_AUTH_CLIENTID: 'x', COGNITO_AUTH_CLIENT_ID: 'x', PATH: '/bin' }
  expect(unknownVariables(environment)).toEqual([{ name: 'COGNITO_AUTH_CLIENTID', nearest: 'COGNITO_AUTH_CLIENT_ID' }])
})

test('variables in other letters, or without a line between the words, are found too', () => {
  const environment = { cognito_auth_region: 'x', COGNITOAUTH_SECRET_NAME: 'x', COGNITO_CLIENT_ID: 'x' }
  expect(unknownVariables(environment).map(({ nearest }) => nearest)).toEqual([
    'COGNITO_AUTH_REGION',
    'COGNITO_AUTH_SECRET_NAME',
  ])
})

test('every variable that core reads is on the list', () => {
  const sources = [
    'config/configured-source.ts',
    'options/environment.ts',
    'options/table.ts',
    'dev/dev-mode.ts',
    'dev/mock-user.ts',
    'cognito-auth-options.ts',
    'cognito-auth.ts',
  ]
  const text = sources.map((path) => readFileSync(new URL(path, import.meta.url), 'utf8')).join('\n')
  const read = new Set(text.match(/COGNITO_AUTH_[A-Z_]+(?='| or )/g))
  // Codes of warnings look alike.
  for (const code of ['COGNITO_AUTH_MOCK_USER', 'COGNITO_AUTH_']) read.delete(code)
  expect([...read].filter((name) => !VARIABLE_NAMES.includes(name))).toEqual([])
})

describe('explainConfig', () => {
  let folder: string
  let path: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inspect-'))
    path = join(folder, 'auth-config.json')
    await writeFile(path, '{ "allowed_groups": ["developers"], "allowed_users": ["ada@example.com"] }')
  })

  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  test('asks every rule, also in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const { decision, requireAll, source } = await explainConfig({ path }, { email: 'ada@example.com' })
    expect({ source, requireAll }).toEqual({ source: `file ${path}`, requireAll: false })
    expect(decision).toMatchObject({ allowed: true, reason: 'rule' })
    expect(decision.rules.map(({ allowed }) => allowed)).toEqual([false, true])
  })

  test('says whether an address that is not verified would do, where nothing was said of it', async () => {
    const ask = async (profile: object): Promise<unknown> => (await explainConfig({ path }, profile)).ifUnverified
    expect(await ask({ email: 'ada@example.com' })).toBe(false)
    expect(await ask({ email: 'ada@example.com', groups: ['developers'] })).toBe(true)
    expect(await ask({ email: 'ada@example.com', emailVerified: true })).toBeUndefined()
    expect(await ask({ email: '', groups: ['developers'] })).toBeUndefined()
    expect(await ask({ email: 'bob@example.com' })).toBeUndefined()
  })

  test('says whether a verified address would do', async () => {
    const ask = async (email: string): Promise<unknown> =>
      (await explainConfig({ path }, { email, emailVerified: false })).ifVerified
    expect(await ask('ada@example.com')).toBe(true)
    expect(await ask('bob@example.com')).toBe(false)
    expect((await explainConfig({ path }, { email: 'bob@example.com' })).ifVerified).toBeUndefined()
    await writeFile(path, '{ "allowed_groups": ["developers"], "require_verified_email": false }')
    expect(await ask('bob@example.com')).toBeUndefined()
  })

  test('takes silence for not verified where the environment sets groupsClaim, as the app does', async () => {
    vi.stubEnv('COGNITO_AUTH_GROUPS_CLAIM', 'groups')
    const ask = async (profile: object) => await explainConfig({ path }, { email: 'ada@example.com', ...profile })
    const silent = await ask({})
    expect(silent).toMatchObject({ silenceIsNo: true, ifVerified: true, decision: { allowed: false } })
    expect(silent.ifUnverified).toBeUndefined()
    expect(silent.decision.rules[1]).toMatchObject({ allowed: false, code: 'email_not_verified' })
    expect((await ask({ groups: ['developers'] })).ifUnverified).toBeUndefined()
    expect((await ask({ emailVerified: true })).decision.allowed).toBe(true)
  })

  test('reads where the environment says, and lets in platform admins only where they are named', async () => {
    vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', path)
    const admin = { groups: ['gds-idea'] }
    expect((await explainConfig({}, admin)).decision).toMatchObject({ allowed: false, reason: 'denied' })
    vi.stubEnv('COGNITO_AUTH_PLATFORM_ADMIN_GROUPS', 'gds-idea')
    expect((await explainConfig({}, admin)).decision).toMatchObject({ allowed: true, reason: 'platform_admin' })
  })

  test('takes platform admins from its caller before the environment', async () => {
    vi.stubEnv('COGNITO_AUTH_PLATFORM_ADMIN_GROUPS', 'gds-idea')
    expect((await explainConfig({ path }, { groups: ['gds-idea'] }, ['sre'])).decision.allowed).toBe(false)
    expect((await explainConfig({ path }, { groups: ['sre'] }, ['sre'])).decision.reason).toBe('platform_admin')
  })

  test('says where each rule is, and whether there are app admins', async () => {
    const lists = { allowed_domains: ['example.com'], allowed_groups: ['a'] }
    await writeFile(path, JSON.stringify(lists))
    const explained = await explainConfig({ path }, {})
    expect(explained).toMatchObject({
      keys: ['allowed_groups', 'allowed_domains'],
      hasAppAdmins: false,
      isSecret: false,
    })
    await writeFile(path, JSON.stringify({ ...lists, admin_users: ['ada@example.com'] }))
    expect((await explainConfig({ path }, {})).hasAppAdmins).toBe(true)
  })

  test('does not mind variables that it has no use for', async () => {
    vi.stubEnv('COGNITO_AUTH_DEV_MODE', 'perhaps')
    expect((await explainConfig({ path }, { groups: ['developers'] })).decision.allowed).toBe(true)
  })

  test('is refused for a config that is wrong', async () => {
    await writeFile(path, '{}')
    await expect(explainConfig({ path }, {})).rejects.toMatchObject({ code: 'configuration' })
  })
})
