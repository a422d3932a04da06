import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  Authoriser,
  CognitoAuth,
  type CognitoAuthOptions,
  ConfigurationError,
  createMockUser,
  groupRule,
  type User,
} from './index.js'

const folder = mkdtempSync(join(tmpdir(), 'cognito-auth-'))
const albArn = 'arn:aws:elasticloadbalancing:eu-west-2:000000000000:loadbalancer/app/test-alb/0123456789abcdef'
const dev = { email: 'dev@example.com', groups: ['developers'] }
let alb: TestAlb

beforeEach(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.unstubAllEnvs()
})

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function make(options: object = {}): CognitoAuth {
  return new CognitoAuth({ ...alb.options, authoriser: null, ...options })
}

test('an option that is a list says where in it the trouble is', () => {
  expect(() => make({ platformAdminGroups: ['ops', ''] })).toThrow(
    'platformAdminGroups[1] (COGNITO_AUTH_PLATFORM_ADMIN_GROUPS) must not be empty',
  )
})

describe('options', () => {
  test.each<[string, object, RegExp]>([
    ['an unknown option', { clientID: 'x' }, /^CognitoAuth: Unknown option 'clientID'\. Did you mean 'clientId'\?$/],
    [
      'an ALB ARN that is none',
      { albArn: 'arn:aws:s3:::x' },
      /albArn \(COGNITO_AUTH_ALB_ARN\) must be the ARN of an Application Load Balancer/,
    ],
    ['the ARN of a listener', { albArn: albArn.replace('loadbalancer/app', 'listener/app') }, /not of a listener/],
    ['an empty list of ARNs', { albArn: [] }, /albArn \(COGNITO_AUTH_ALB_ARN\)/],
    [
      'a region that contradicts the ARN',
      { region: 'us-east-1' },
      /region \(COGNITO_AUTH_REGION\) is us-east-1, but albArn/,
    ],
    [
      'allowAnyAlb with an ARN',
      { allowAnyAlb: true, region: 'eu-west-2' },
      /allowAnyAlb and albArn .* cannot be used together/,
    ],
    ['allowAnyAlb: false', { allowAnyAlb: false }, /allowAnyAlb must be true, or left out/],
    ['an undefined client', { clientId: undefined }, /clientId \(COGNITO_AUTH_CLIENT_ID\) is undefined/],
    ['an empty client', { clientId: '' }, /clientId \(COGNITO_AUTH_CLIENT_ID\)/],
    ['an empty list of clients', { clientId: [] }, /clientId/],
    [
      'a pool that is none',
      { userPoolId: 'pool' },
      /userPoolId \(COGNITO_AUTH_USER_POOL_ID\) must be the id of a user pool/,
    ],
    ['pool and issuer', { issuer: 'https://example.com' }, /issuer .* and userPoolId .* cannot be used together/],
    ['a negative tolerance', { clockToleranceSeconds: -1 }, /clockToleranceSeconds must not be negative/],
    ['a tolerance that is NaN', { clockToleranceSeconds: Number.NaN }, /clockToleranceSeconds/],
    ['an endless tolerance', { clockToleranceSeconds: Infinity }, /clockToleranceSeconds must be a finite/],
    ['a key TTL of nothing', { keyTtlSeconds: 0 }, /keyTtlSeconds must be more than 0/],
    ['half a token', { tokenCacheSize: 0.5 }, /tokenCacheSize must be a whole number/],
    ['a fetch that is none', { fetch: 'x' }, /fetch must be a function/],
    [
      'keys over http',
      { albKeysUrl: 'http://example.com' },
      /albKeysUrl \(COGNITO_AUTH_ALB_KEYS_URL\) must be a plain https URL/,
    ],
    [
      'a local ALB elsewhere',
      { localAlb: 'http://example.com' },
      /localAlb \(COGNITO_AUTH_LOCAL_ALB\) must be the URL of a load balancer on this machine/,
    ],
    ['a local ALB that only begins right', { localAlb: 'http://localhost.evil.example' }, /localAlb/],
    [
      'a redirect to a script',
      { redirectUrl: 'javascript:alert(1)' },
      /redirectUrl \(COGNITO_AUTH_REDIRECT_URL\) must be/,
    ],
    ['a redirect without a scheme', { redirectUrl: '//evil.example' }, /redirectUrl/],
    [
      'an authoriser that is none',
      { authoriser: { authorise: () => true } },
      /authoriser \(COGNITO_AUTH_CONFIG_PATH or COGNITO_AUTH_SECRET_NAME\) must be an Authoriser/,
    ],
    ['a dev mode in quotes', { devMode: 'false' }, /devMode \(COGNITO_AUTH_DEV_MODE\) must be true or false/],
    [
      'a partition without documented keys',
      { albArn: albArn.replace('arn:aws:', 'arn:aws-cn:').replace('eu-west-2', 'cn-north-1') },
      /albKeysUrl .* is required/,
    ],
  ])('%s is said by option and variable', (_, options, sentence) => {
    expect(() => make(options)).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringMatching(sentence) as string }),
    )
  })

  test('members that an object inherits are not overlooked: it is refused', () => {
    class Options {
      readonly albArn = albArn
      get clientId(): string {
        return 'x'
      }
    }
    const unusual: unknown[] = [Object.create({ clientId: 'x' }), new Options(), [], 5, null]
    for (const options of unusual) {
      expect(() => new CognitoAuth(options as CognitoAuthOptions)).toThrow(
        /CognitoAuth takes its options as a plain object/,
      )
    }
    expect(() => make(Object.assign(Object.create(null), { authoriser: null }) as object)).not.toThrow()
  })

  test('albArn is required, and so is who may come in', () => {
    expect(() => new CognitoAuth({ authoriser: null })).toThrow(/albArn \(COGNITO_AUTH_ALB_ARN\) is required/)
    expect(() => new CognitoAuth({ albArn })).toThrow(/COGNITO_AUTH_CONFIG_PATH .* COGNITO_AUTH_SECRET_NAME/)
  })

  test('issuers must be https', () => {
    const { userPoolId: _, ...others } = alb.options
    expect(() => new CognitoAuth({ ...others, authoriser: null, issuer: 'http://example.com' })).toThrow(
      /issuer \(COGNITO_AUTH_ISSUER\)/,
    )
  })

  test('everything can come from the environment', async () => {
    vi.stubEnv('COGNITO_AUTH_ALB_ARN', `${albArn}, ${albArn.replace('test-alb', 'other')}`)
    vi.stubEnv('COGNITO_AUTH_CLIENT_ID', alb.options.clientId)
    vi.stubEnv('COGNITO_AUTH_USER_POOL_ID', alb.options.userPoolId)
    vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', file('env.json', '{"allowed_groups":["developers"]}'))
    vi.stubEnv('COGNITO_AUTH_PLATFORM_ADMIN_GROUPS', '')
    vi.stubEnv('COGNITO_AUTH_REDIRECT_URL', '/denied')
    const auth = new CognitoAuth({ fetch: alb.options.fetch })
    expect(auth.redirectUrl).toBe('/denied')
    expect(await auth.requireUser(await alb.headersFor(dev))).toMatchObject({ email: 'dev@example.com' })
    await expect(auth.requireUser(await alb.headersFor({ groups: ['gds-idea'] }))).rejects.toMatchObject({
      code: 'access_denied',
    })
  })

  test('an option wins over its variable', () => {
    vi.stubEnv('COGNITO_AUTH_CLIENT_ID', 'another')
    vi.stubEnv('COGNITO_AUTH_REGION', 'us-east-1')
    expect(() => make({ region: 'eu-west-2' })).not.toThrow()
  })

  test.each([
    ['COGNITO_AUTH_DEV_MODE', 'maybe'],
    ['COGNITO_AUTH_CONFIG_TTL', 'soon'],
    ['COGNITO_AUTH_CONFIG_TTL', '-1'],
    ['COGNITO_AUTH_CLIENT_ID', ' , '],
  ])('%s of %j is an error', (name, value) => {
    vi.stubEnv(name, value)
    const { clientId: _, ...others } = alb.options
    expect(() => new CognitoAuth({ ...others, authoriser: null })).toThrow(name)
  })

  test('a local ALB is refused in production', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => make({ localAlb: 'http://localhost:8080' })).toThrow(/NODE_ENV=production/)
  })

  test.each(['production', 'prod', 'staging'])(
    'under NODE_ENV=%s a local ALB is trusted with nothing of AWS',
    (mode) => {
      vi.stubEnv('NODE_ENV', mode)
      const local = 'arn:aws:elasticloadbalancing:xx-local-1:000000000000:loadbalancer/app/local-alb/0123456789abcdef'
      const build = (options: CognitoAuthOptions) => () =>
        new CognitoAuth({ authoriser: null, localAlb: 'http://localhost:8080', ...options })
      expect(build({ albArn: local })).not.toThrow()
      expect(build({ albArn: [local, local.replace(/[^/]*$/, '*')] })).not.toThrow()
      for (const options of [
        { albArn: [local, albArn] },
        { albArn: local.replace('xx-local-1', 'xx-local-11') },
        { allowAnyAlb: true as const, region: 'xx-local-1' },
      ]) {
        expect(build(options)).toThrow(/localAlb \(COGNITO_AUTH_LOCAL_ALB\) is for development/)
      }
    },
  )

  test('keys of a local ALB come from there and nowhere else', async () => {
    const urls: string[] = []
    const fetch: typeof globalThis.fetch = async (input) => {
      urls.push(String(input))
      const url = String(input)
        .replace('http://127.0.0.1:8080/_local-alb/keys', 'https://public-keys.auth.elb.eu-west-2.amazonaws.com')
        .replace('http://127.0.0.1:8080/_local-alb', 'https://cognito-idp.eu-west-2.amazonaws.com')
      return await alb.options.fetch(url)
    }
    const auth = make({ localAlb: 'http://127.0.0.1:8080/', fetch })
    await expect(auth.requireUser(await alb.headersFor(dev))).resolves.toBeDefined()
    expect(urls).toEqual([
      `http://127.0.0.1:8080/_local-alb/keys/${alb.albKey.kid}`,
      `http://127.0.0.1:8080/_local-alb/${alb.options.userPoolId}/.well-known/jwks.json`,
    ])
  })

  test('allowAnyAlb takes any load balancer of its region, with a warning', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const { albArn: _, ...others } = alb.options
    const auth = new CognitoAuth({ ...others, authoriser: null, allowAnyAlb: true, region: 'eu-west-2' })
    expect(warned).toHaveBeenCalledOnce()
    await expect(auth.authenticate(await alb.headersFor(dev, { fault: 'wrong_signer' }))).resolves.toBeDefined()
    const elsewhere = await alb.signAlbToken({ header: { signer: albArn.replace('eu-west-2', 'us-east-1') } })
    await expect(
      auth.authenticate({ ...(await alb.headersFor(dev)), 'x-amzn-oidc-data': elsewhere }),
    ).rejects.toMatchObject({ reason: 'signer' })
    warned.mockRestore()
  })
})

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

describe('dev mode', () => {
  const devMode: CognitoAuthOptions = { authoriser: null, devMode: true }

  beforeEach(() => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  })

  afterEach(() => {
    vi.restoreAllMocks()
  })

  test('gives a mock user where both tokens are missing, with a warning', async () => {
    const auth = new CognitoAuth(devMode)
    expect(await auth.requireUser({})).toMatchObject({ email: 'dev@example.com', name: 'Dev User', groups: [] })
    expect(process.emitWarning).toHaveBeenCalledOnce()
  })

  test('verifies tokens that are there; one of two is missing', async () => {
    const auth = make({ devMode: true })
    expect(await auth.requireUser(await alb.headersFor(dev))).toMatchObject({
      email: 'dev@example.com',
      groups: ['developers'],
    })
    await expect(auth.requireUser(await alb.headersFor(dev, { fault: 'bad_signature' }))).rejects.toMatchObject({
      reason: 'signature',
    })
    await expect(auth.requireUser(await alb.headersFor(dev, { fault: 'missing_data' }))).rejects.toMatchObject({
      code: 'missing_token',
    })
    await expect(auth.requireUser(await alb.headersFor(dev, { fault: 'missing_access_token' }))).rejects.toMatchObject({
      code: 'missing_token',
    })
  })

  test('without an ALB, tokens are refused', async () => {
    await expect(new CognitoAuth(devMode).requireUser(await alb.headersFor(dev))).rejects.toMatchObject({
      reason: 'signer',
    })
  })

  test('reads the mock user from a file', async () => {
    vi.stubEnv(
      'COGNITO_AUTH_DEV_CONFIG',
      file('mock.json', '{"_c":1,"email":"me@example.com","given_name":"Me","groups":["gds-idea"]}'),
    )
    const user = await new CognitoAuth(devMode).requireUser({})
    expect(user).toMatchObject({
      email: 'me@example.com',
      givenName: 'Me',
      groups: ['gds-idea'],
      isPlatformAdmin: true,
    })
  })

  test('the rules hold for mock users too', async () => {
    const auth = new CognitoAuth({ devMode: true, authoriser: Authoriser.fromLists({ allowedGroups: ['developers'] }) })
    await expect(auth.requireUser({})).rejects.toMatchObject({ code: 'access_denied' })
  })

  test.each([
    ['not JSON', '{'],
    ['a list', '[]'],
    ['a misspelt key', '{"mail":"x"}'],
    ['a group that is a number', '{"groups":[1]}'],
    ['an empty sub', '{"sub":""}'],
    ['a text', 'ada@example.com'],
    ['an address as a key', '{"ada@example.com":1}'],
  ])('a mock user file that is %s is an error, which quotes none of it', (_, content) => {
    vi.stubEnv('COGNITO_AUTH_DEV_CONFIG', file('broken.json', content))
    let failure: unknown
    try {
      failure = new CognitoAuth(devMode)
    } catch (error) {
      failure = error
    }
    expect(failure).toMatchObject({ code: 'configuration' })
    expect(inspect(failure)).not.toContain('ada@')
  })

  test('a named mock user file that is missing is an error', () => {
    vi.stubEnv('COGNITO_AUTH_DEV_CONFIG', join(folder, 'missing.json'))
    expect(() => new CognitoAuth(devMode)).toThrow(/COGNITO_AUTH_DEV_CONFIG/)
  })

  test.each([
    ['NODE_ENV', 'production'],
    ['NODE_ENV', 'production '],
    ['NODE_ENV', 'Production'],
    ['NODE_ENV', 'prod'],
    ['NODE_ENV', 'staging'],
    ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', '/v2/credentials/x'],
    ['AWS_WEB_IDENTITY_TOKEN_FILE', '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'],
    ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://169.254.170.23/v1/credentials'],
    ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://[fd00:ec2::23]/v1/credentials'],
    ['AWS_LAMBDA_FUNCTION_NAME', 'f'],
    ['ECS_CONTAINER_METADATA_URI', 'http://x'],
    ['ECS_CONTAINER_METADATA_URI_V4', 'http://x'],
    ['AWS_EXECUTION_ENV', 'AWS_ECS_FARGATE'],
  ])('is refused with %s=%s', (name, value) => {
    vi.stubEnv(name, value)
    expect(() => new CognitoAuth(devMode)).toThrow(/devMode \(COGNITO_AUTH_DEV_MODE\)/)
  })

  test('is not refused where a developer has credentials from a tool on the same machine', () => {
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', 'http://127.0.0.1:8000/')
    expect(() => new CognitoAuth(devMode)).not.toThrow()
  })

  test('gives no mock user to a request that came through a load balancer, and warns once', async () => {
    const auth = new CognitoAuth(devMode)
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    for (const headers of [
      { 'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678' },
      new Headers({ 'x-amzn-trace-id': 'Root=1' }),
      { 'x-amzn-trace-id': ['Root=1'] },
      { 'x-amzn-trace-id': '' },
    ]) {
      await expect(auth.requireUser(headers)).rejects.toMatchObject({ code: 'missing_token' })
    }
    const sentences = warn.mock.calls.map(([sentence]) => String(sentence))
    expect(sentences.filter((sentence) => sentence.includes('x-amzn-trace-id'))).toHaveLength(1)
    warn.mockRestore()
    await expect(auth.requireUser({ 'x-amzn-trace': '1' })).resolves.toMatchObject({ email: 'dev@example.com' })
  })

  test.each(['true', '1', 'YES'])('COGNITO_AUTH_DEV_MODE=%s turns it on', async (value) => {
    vi.stubEnv('COGNITO_AUTH_DEV_MODE', value)
    await expect(new CognitoAuth({ authoriser: null }).requireUser({})).resolves.toBeDefined()
  })

  test.each(['false', '0', 'No', ''])('COGNITO_AUTH_DEV_MODE=%j leaves it off', async (value) => {
    vi.stubEnv('COGNITO_AUTH_DEV_MODE', value)
    await expect(make().requireUser({})).rejects.toMatchObject({ code: 'missing_token' })
  })
})

describe('logout', () => {
  const logout = {
    cognitoDomain: 'my.auth.example.com',
    logoutUrls: ['https://app.example.com/bye', 'https://app.example.com/'],
  }

  test('names the signed-in user’s client, else the first configured', async () => {
    const auth = make({ ...logout, clientId: ['first', alb.options.clientId] })
    expect((await auth.logout(await alb.headersFor(dev))).location).toContain(`client_id=${alb.options.clientId}`)
    expect((await auth.logout({})).location).toBe(
      'https://my.auth.example.com/logout?client_id=first&logout_uri=https%3A%2F%2Fapp.example.com%2Fbye',
    )
  })

  test('names the client of a session that cannot be verified, where none is configured', async () => {
    const { clientId: _, ...options } = alb.options
    const auth = new CognitoAuth({ ...options, authoriser: null, ...logout })
    for (const fault of ['expired', 'bad_signature', 'missing_access_token'] as const) {
      const { location } = await auth.logout(await alb.headersFor(dev, { fault }))
      expect(location).toContain(`client_id=${alb.options.clientId}&`)
    }
    const header = (client: unknown): string => Buffer.from(JSON.stringify({ client })).toString('base64url')
    for (const data of ['garbage', 'x.y.z', '', `${header('a&b')}.e30.x`, `${header(1)}.e30.x`, `${header('a')},x`]) {
      await expect(auth.logout({ 'x-amzn-oidc-data': data })).rejects.toMatchObject({ code: 'configuration' })
    }
    await expect(auth.logout({})).rejects.toThrow(/^clientId/)
  })

  test('expires four cookies of the configured name', async () => {
    const { cookies } = await make({ ...logout, sessionCookieName: 'Own' }).logout({})
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['Own-0', 'Own-1', 'Own-2', 'Own-3'])
    expect(cookies.every((cookie) => cookie.includes('Max-Age=0') && cookie.includes('Path=/'))).toBe(true)
  })

  test.each([
    ['a URL that is not on the list', logout, 'https://evil.example/'],
    ['a URL that only begins like one on the list', logout, 'https://app.example.com/bye/../x'],
    ['no domain', { logoutUrls: logout.logoutUrls }, undefined],
    ['no list', { cognitoDomain: logout.cognitoDomain }, undefined],
  ])('refuses %s', async (_, options, returnTo) => {
    await expect(make(options).logout({}, returnTo)).rejects.toMatchObject({ code: 'configuration' })
  })

  test('what is missing for signing out is told before there is a request', () => {
    const off = expect.objectContaining({ code: 'configuration' })
    expect(() => make(logout).checkLogout('https://evil.example/')).toThrow(off)
    expect(() => make(logout).checkLogout('')).toThrow(off)
    expect(() => make(logout).checkLogout('https://app.example.com/')).not.toThrow()
    expect(() => make(logout).checkLogout()).not.toThrow()
    expect(() => make().checkLogout()).toThrow(/^cognitoDomain \(COGNITO_AUTH_DOMAIN\) is required for logout/)
    expect(() => make({ cognitoDomain: logout.cognitoDomain }).checkLogout()).toThrow(/^logoutUrls/)
  })

  describe('at another identity provider', () => {
    const signOutUrl = 'https://idp.example/end?client_id=app&post_logout_redirect_uri={returnTo}'
    const { logoutUrls } = logout

    test('goes to signOutUrl, with one of logoutUrls percent-encoded', async () => {
      const auth = make({ signOutUrl, logoutUrls: [...logoutUrls, 'https://app.example.com/?a=b&c=d'] })
      expect((await auth.logout({})).location).toBe(
        'https://idp.example/end?client_id=app&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye',
      )
      expect((await auth.logout({}, 'https://app.example.com/?a=b&c=d')).location).toMatch(
        /=https%3A%2F%2Fapp\.example\.com%2F%3Fa%3Db%26c%3Dd$/,
      )
      await expect(auth.logout({}, 'https://evil.example/')).rejects.toMatchObject({ code: 'configuration' })
    })

    test('needs no list where the page takes no URL to return to', async () => {
      const auth = make({ signOutUrl: 'https://idp.example/signed-out' })
      expect((await auth.logout({})).location).toBe('https://idp.example/signed-out')
      await expect(auth.logout({}, logoutUrls[0])).rejects.toThrow(/^returnTo needs \{returnTo\}/)
    })

    test('is not Cognito’s', () => {
      expect(() => make({ ...logout, signOutUrl })).toThrow(/cannot be used together$/)
      expect(() => make({ signOutUrl }).checkLogout()).toThrow(/^logoutUrls/)
    })

    test.each([
      'http://idp.example/',
      'https://{returnTo}/',
      'https://idp.example{returnTo}/',
      'https://idp.example',
      'https://a@idp.example/',
      'javascript:alert(1)',
      '/end',
      'https://idp.example/{return_to}',
      'https://idp.example/a b',
      'https://idp.example/\r\nset-cookie:a=b',
    ])('is not %j', (wrong) => {
      expect(() => make({ signOutUrl: wrong, logoutUrls })).toThrow(/^signOutUrl \(COGNITO_AUTH_SIGN_OUT_URL\) must be/)
    })
  })

  describe('signOutPath', () => {
    test.each(['/logout', '/logout/', '/auth/sign-out', '/%C3%A4'])('may be %s', (signOutPath) => {
      expect(make({ ...logout, signOutPath }).signOutPath).toBe(signOutPath)
    })

    test.each([
      'logout',
      '',
      'https://app.example.com/logout',
      '/logout?a',
      '/logout#a',
      '/log*',
      '/logout/*',
      '//logout',
      '/a/../logout',
      '/%6cogout',
      '/a b',
      '/oauth2/idpresponse',
      '/_cognito-auth/logout',
      '/_local-alb/logout',
    ])('is not %j', (signOutPath) => {
      expect(() => make({ ...logout, signOutPath })).toThrow(/^signOutPath \(COGNITO_AUTH_SIGN_OUT_PATH\) must/)
    })

    test.each([
      ['cognitoDomain', { logoutUrls: logout.logoutUrls }],
      ['logoutUrls', { cognitoDomain: logout.cognitoDomain }],
    ])('needs %s', (missing, options) => {
      expect(() => make({ ...options, signOutPath: '/logout' })).toThrow(new RegExp(`^${missing} .* is required`))
    })
  })
})
