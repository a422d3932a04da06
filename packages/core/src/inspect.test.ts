import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { describedUser, keyEndpoints, unknownVariables, VARIABLE_NAMES } from './inspect.js'

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

test('every variable that core reads is on the list', () => {
  const sources = ['config/environment.ts', 'options.ts', 'dev-mode.ts', 'cognito-auth.ts', 'mock-user.ts']
  const text = sources.map((path) => readFileSync(new URL(path, import.meta.url), 'utf8')).join('\n')
  const read = new Set(text.match(/COGNITO_AUTH_[A-Z_]+(?='| or )/g))
  // Codes of warnings look alike.
  for (const code of ['COGNITO_AUTH_MOCK_USER', 'COGNITO_AUTH_']) read.delete(code)
  expect([...read].filter((name) => !VARIABLE_NAMES.includes(name))).toEqual([])
})

test('a described user is one without a warning, also in production', () => {
  vi.stubEnv('NODE_ENV', 'production')
  expect(describedUser({ email: 'ada@example.com', groups: ['a'] })).toMatchObject({ emailDomain: 'example.com' })
})
