import { describe, expect, test, vi } from 'vitest'
import { CognitoAuth, type CognitoAuthOptions } from './index.js'
import { alb, albArn, dev, file, make } from '../test/cognito-auth-stage.js'

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
