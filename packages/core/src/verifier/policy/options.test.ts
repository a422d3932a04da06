import { afterEach, expect, test, vi } from 'vitest'
import {
  parseVerifierOptions,
  refuseUndefined,
  type TokenVerifierOptions,
  verifierOptionsOf,
  VerifierSetup,
} from './options.js'

const albArn = 'arn:aws:elasticloadbalancing:eu-west-2:000000000000:loadbalancer/app/my-alb/0123456789abcdef'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const setUp = (options: TokenVerifierOptions) => new VerifierSetup(parseVerifierOptions(options), { albRequired: true })
const basesOf = (options: TokenVerifierOptions) => setUp(options).signers.bases

test.each<[string, TokenVerifierOptions, string]>([
  ['AWS', { albArn }, 'https://public-keys.auth.elb.eu-west-2.amazonaws.com'],
  ['a local load balancer', { albArn, localAlb: 'http://localhost:8080/' }, 'http://localhost:8080/_local-alb/keys'],
  ['an address of this machine', { albArn, localAlb: 'http://127.0.0.1:1' }, 'http://127.0.0.1:1/_local-alb/keys'],
  ['another endpoint', { albArn, albKeysUrl: 'https://keys.example/x/' }, 'https://keys.example/x'],
])('keys come from %s', (_, options, base) => {
  expect(basesOf(options)).toEqual([base])
})

test.each<[object, RegExp]>([
  [{ albArn, localAlb: 'http://localhost:8080/?x' }, /^localAlb \(/],
  [{ albArn, localAlb: 'ftp://localhost' }, /^localAlb \(/],
  [{ albArn, localAlb: 'xhttp://localhost' }, /^localAlb \(/],
  [{ albArn, localAlb: 'httpx://localhost' }, /^localAlb \(/],
  [{ albArn, localAlb: 'http://example.com' }, /^localAlb \(/],
  [{ albArn, localAlb: 'nowhere' }, /^localAlb \(/],
  [{ albArn, albKeysUrl: 'http://keys.example' }, /^albKeysUrl \(/],
  [{ albArn, albKeysUrl: 'https://keys.example/?x' }, /^albKeysUrl \(/],
  [{ albArn, albKeysUrl: 'nowhere' }, /^albKeysUrl \(/],
  [{ albArn, issuer: 'https://idp.example/?x' }, /^issuer \(/],
  [{ albArn, issuer: 'http://idp.example' }, /^issuer \(/],
  [{ albArn, issuer: 'nowhere' }, /^issuer \(/],
  [{ albArn, userPoolId: 'nowhere' }, /^userPoolId \(/],
  [{ allowAnyAlb: true }, /^region \(COGNITO_AUTH_REGION\) is required with allowAnyAlb/],
  [{ allowAnyAlb: true, region: 'eu-west-2', albArn }, /cannot be used together/],
  [{ albArn: albArn.replace('aws:', 'aws-cn:').replace('eu-west-2', 'cn-north-1') }, /^albKeysUrl \(.*is required/],
  [{ albArn, clientID: 'x' }, /^TokenVerifier: Unknown option 'clientID'/],
  [
    { albArn, tokenCacheSize: 0.5, region: '' },
    /^region \(COGNITO_AUTH_REGION\) must .*; tokenCacheSize must be a whole/,
  ],
])('%j is refused', (options, sentence) => {
  expect(() => setUp(options)).toThrow(sentence)
})

test.each<[TokenVerifierOptions, boolean]>([
  [{ userPoolId: 'local_4d5e6f' }, true],
  [{ userPoolId: 'localhost' }, true],
  [{ userPoolId: 'eu-west-2' }, false],
  [{ userPoolId: 'x-local' }, false],
  [{ issuer: 'http://localhost:9229/local_4d5e6f' }, true],
  [{ issuer: 'http://127.0.0.1:5566/eu-west-2_Pool1' }, true],
  [{ issuer: 'http://idp.example/local' }, false],
])('whoever writes %j is told of the local load balancer: %j', (options, isTold) => {
  const hint = '. Emulators have no load balancer: for work on your own machine there is @cognito-auth/local-alb'
  const message = (() => {
    try {
      setUp({ albArn, ...options })
    } catch (error) {
      return (error as Error).message
    }
    return 'accepted'
  })()
  expect(message).toMatch(
    isTold
      ? new RegExp(`^(userPoolId|issuer) \\(.*must be.*${hint}$`)
      : /must be (the id of a user pool, such as eu-west-2_AbCdEfGhI|a plain https URL)$/,
  )
})

test('a local load balancer is refused in production, by name', () => {
  vi.stubEnv('NODE_ENV', 'production')
  expect(() => basesOf({ albArn, localAlb: 'http://localhost:8080' })).toThrow(
    /^localAlb \(COGNITO_AUTH_LOCAL_ALB\) is for development/,
  )
})

test('any load balancer is warned of, once', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  basesOf({ albArn })
  expect(warn).not.toHaveBeenCalled()
  for (let round = 0; round < 2; round += 1) basesOf({ allowAnyAlb: true, region: 'eu-west-2' })
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('allowAnyAlb') as string, {
    type: 'CognitoAuthWarning',
    code: 'COGNITO_AUTH_ALLOW_ANY_ALB',
  })
})

test('keys are fetched with the global fetch of the moment, where none is given', async () => {
  const { fetch } = setUp({ albArn })
  vi.stubGlobal('fetch', async () => await Promise.resolve(new Response('later')))
  expect(await (await fetch('https://keys.example')).text()).toBe('later')
})

test('options are an object, and what narrows is not undefined', () => {
  for (const wrong of [undefined, null, 'x']) {
    expect(() => refuseUndefined(wrong as unknown as object)).toThrow(
      /as a plain object; albArn \(COGNITO_AUTH_ALB_ARN\) is required/,
    )
  }
  for (const option of ['albArn', 'clientId', 'userPoolId', 'issuer', 'groupsClaim']) {
    expect(() => refuseUndefined({ [option]: undefined })).toThrow(new RegExp(`^${option} \\(.*is undefined`))
  }
  expect(() => refuseUndefined({ region: undefined })).not.toThrow()
  // With either of the two, issuers are pinned.
  expect(() => refuseUndefined({ userPoolId: undefined, issuer: 'https://idp.example' })).not.toThrow()
  expect(() => refuseUndefined({ userPoolId: 'eu-west-2_AbCdEfGhI', issuer: undefined })).not.toThrow()
  expect(() => refuseUndefined({ userPoolId: undefined, issuer: undefined })).toThrow(/^userPoolId \(.*is undefined/)
})

test('the options of a verifier are found among others', () => {
  expect(verifierOptionsOf({ albArn, authoriser: null, devMode: true, clientId: 'x' })).toEqual({
    albArn,
    clientId: 'x',
  })
})
