import { afterEach, expect, test, vi } from 'vitest'
import {
  bearerOfEnvironment,
  configMaxAgeOfEnvironment,
  configTtlOfEnvironment,
  devModeOfEnvironment,
  platformAdminGroupsOfEnvironment,
  refuseUnknownVariables,
  withEnvironment,
} from './environment.js'
import { configSource } from '../config/configured-source.js'
import { optionName } from './names.js'
import { variable } from './readers.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

/** What one variable makes of an empty set of options. */
function filled(name: string, value: string): Record<string, unknown> {
  vi.stubEnv(name, value)
  return withEnvironment<Record<string, unknown>>({})
}

test.each<[string, string, object]>([
  ['COGNITO_AUTH_ALB_ARN', ' a , b,', { albArn: ['a', 'b'] }],
  ['COGNITO_AUTH_ALB_ARNS', 'a,b', { albArn: ['a', 'b'] }],
  ['COGNITO_AUTH_ALB_ARNS', '', {}],
  ['COGNITO_AUTH_CLIENT_IDS', 'x, y', { clientId: ['x', 'y'] }],
  ['COGNITO_AUTH_CLIENT_ID', 'x', { clientId: ['x'] }],
  ['COGNITO_AUTH_USER_POOL_ID', 'x', { userPoolId: ['x'] }],
  ['COGNITO_AUTH_ISSUER', 'x', { issuer: ['x'] }],
  ['COGNITO_AUTH_LOGOUT_URLS', 'x,y', { logoutUrls: ['x', 'y'] }],
  ['COGNITO_AUTH_PLATFORM_ADMIN_GROUPS', 'a,b', { platformAdminGroups: ['a', 'b'] }],
  ['COGNITO_AUTH_PLATFORM_ADMIN_GROUPS', '', { platformAdminGroups: [] }],
  ['COGNITO_AUTH_REGION', ' eu-west-2 ', { region: 'eu-west-2' }],
  ['COGNITO_AUTH_REGION', '  ', {}],
  ['COGNITO_AUTH_REGION', '"', { region: '"' }],
  ['COGNITO_AUTH_REGION', 'x"y"', { region: 'x"y"' }],
  ['COGNITO_AUTH_REGION', '"x"y', { region: '"x"y' }],
  ['COGNITO_AUTH_CONFIG_TTL', '60', { configTtlSeconds: 60 }],
  ['COGNITO_AUTH_CONFIG_TTL', '', {}],
  ['COGNITO_AUTH_ALB_ARN', '', {}],
  ['COGNITO_AUTH_LOGOUT_URLS', ' , ', {}],
  ['COGNITO_AUTH_REDIRECT_URL', '/denied', { redirectUrl: '/denied' }],
  ['COGNITO_AUTH_DOMAIN', 'x', { cognitoDomain: 'x' }],
  ['COGNITO_AUTH_SIGN_OUT_PATH', '/logout', { signOutPath: '/logout' }],
  ['COGNITO_AUTH_SIGN_OUT_URL', 'https://idp.example/', { signOutUrl: 'https://idp.example/' }],
  ['COGNITO_AUTH_GROUPS_CLAIM', 'x', { groupsClaim: 'x' }],
  ['COGNITO_AUTH_ALB_KEYS_URL', 'x', { albKeysUrl: 'x' }],
  ['COGNITO_AUTH_LOCAL_ALB', 'x', { localAlb: 'x' }],
  ['COGNITO_AUTH_DEV_MODE', 'YES', { devMode: true }],
  ['COGNITO_AUTH_DEV_MODE', 'No', { devMode: false }],
  ['COGNITO_AUTH_DEV_MODE', ' ', {}],
])('%s of %j fills in %j', (name, value, options) => {
  expect(filled(name, value)).toEqual(options)
})

test.each([
  ['COGNITO_AUTH_CLIENT_ID', ' , '],
  ['COGNITO_AUTH_CLIENT_IDS', ''],
  ['COGNITO_AUTH_USER_POOL_ID', ''],
  ['COGNITO_AUTH_ISSUER', ','],
  ['COGNITO_AUTH_CONFIG_TTL', 'soon'],
  ['COGNITO_AUTH_CONFIG_TTL', '-1'],
  ['COGNITO_AUTH_DEV_MODE', 'maybe'],
])('%s of %j cannot be meant', (name, value) => {
  expect(() => filled(name, value)).toThrow(new RegExp(`\\(${name}\\)`))
})

test('an option wins over its variable', () => {
  vi.stubEnv('COGNITO_AUTH_REGION', 'eu-west-2')
  expect(withEnvironment({ region: 'us-east-1' })).toEqual({ region: 'us-east-1' })
})

test('a variable is trimmed, and nothing where it is empty', () => {
  vi.stubEnv('COGNITO_AUTH_X', ' x ')
  expect(variable('COGNITO_AUTH_X')).toBe('x')
  vi.stubEnv('COGNITO_AUTH_X', ' ')
  expect(variable('COGNITO_AUTH_X')).toBeUndefined()
})

test('dev mode is off where nothing is said', () => {
  expect(devModeOfEnvironment()).toBe(false)
  vi.stubEnv('COGNITO_AUTH_DEV_MODE', '1')
  expect(devModeOfEnvironment()).toBe(true)
})

test('platform admins are the default, these, or nobody', () => {
  expect(platformAdminGroupsOfEnvironment()).toBeUndefined()
  vi.stubEnv('COGNITO_AUTH_PLATFORM_ADMIN_GROUPS', 'ops, root')
  expect(platformAdminGroupsOfEnvironment()).toEqual(['ops', 'root'])
  vi.stubEnv('COGNITO_AUTH_PLATFORM_ADMIN_GROUPS', '')
  expect(platformAdminGroupsOfEnvironment()).toEqual([])
})

test.each([
  ['COGNITO_AUTH_CLIENT_ID', 'COGNITO_AUTH_CLIENT_IDS', 'clientId'],
  ['COGNITO_AUTH_ALB_ARN', 'COGNITO_AUTH_ALB_ARNS', 'albArn'],
])('%s and %s mean the same', (singular, plural, option) => {
  vi.stubEnv(singular, 'a')
  vi.stubEnv(plural, 'a, b')
  expect(() => withEnvironment({})).toThrow(
    new RegExp(`^${option}: ${singular} and ${plural} are set to different lists`),
  )
  vi.stubEnv(singular, ' b,a')
  expect(withEnvironment<object>({})).toEqual({ [option]: ['b', 'a'] })
  vi.stubEnv(singular, '')
  expect(withEnvironment<object>({})).toEqual({ [option]: ['a', 'b'] })
})

test.each([
  ['COGNITO_AUTH_CLIENTID', 'COGNITO_AUTH_CLIENT_ID'],
  ['COGNITO_AUTH_USERPOOL_ID', 'COGNITO_AUTH_USER_POOL_ID'],
  ['COGNITO_AUTH_CLIENT_ID_', 'COGNITO_AUTH_CLIENT_ID'],
  ['cognito_auth_client_id', 'COGNITO_AUTH_CLIENT_ID'],
  ['COGNITO_AUTH_PORTS', ''],
  ['COGNITO_AUTH_SERVICE_HOSTNAME', ''],
])('%s is refused with the nearest name', (name, nearest) => {
  vi.stubEnv(name, 'x')
  expect(() => refuseUnknownVariables()).toThrow(`Unknown variable '${name}'. Did you mean '${nearest}`)
})

test('what Kubernetes sets for a Service, and what others call theirs, is nothing of ours', () => {
  for (const service of ['COGNITO_AUTH', 'COGNITO_AUTH_CLIENTID']) {
    for (const end of [
      'SERVICE_HOST',
      'SERVICE_PORT',
      'SERVICE_PORT_HTTP',
      'PORT',
      'PORT_80_TCP',
      'PORT_80_TCP_ADDR',
    ]) {
      vi.stubEnv(`${service}_${end}`, 'x')
    }
  }
  vi.stubEnv('COGNITO_AUTHORITY', 'x')
  vi.stubEnv('MY_COGNITO_AUTH_X', 'x')
  expect(() => refuseUnknownVariables()).not.toThrow()
})

test.each(['"x"', "'x'", ' "x" ', '"a","b"', '""'])('quotes that docker --env-file keeps are told: %s', (value) => {
  for (const [option, name] of [
    ['albArn', 'COGNITO_AUTH_ALB_ARN'],
    ['clientId', 'COGNITO_AUTH_CLIENT_IDS'],
    ['region', 'COGNITO_AUTH_REGION'],
    ['devMode', 'COGNITO_AUTH_DEV_MODE'],
    ['bearer.clientId', 'COGNITO_AUTH_BEARER_CLIENT_IDS'],
  ] as const) {
    expect(() => filled(name, value)).toThrow(new RegExp(`^${option}: ${name} begins and ends with a quote`))
    vi.unstubAllEnvs()
  }
})

test.each(['"x', "x'", '"', '"x\''])('one quote is part of a value: %s', (value) => {
  expect(filled('COGNITO_AUTH_CLIENT_ID', value)).toEqual({ clientId: [value] })
})

test.each([
  ['a,b', 'a'],
  ['a', 'a,b'],
  ['a', 'b'],
])('two names of one list, %j and %j, are refused: which narrows the other is not known', (one, other) => {
  vi.stubEnv('COGNITO_AUTH_CLIENT_ID', one)
  expect(() => filled('COGNITO_AUTH_CLIENT_IDS', other)).toThrow(
    'clientId: COGNITO_AUTH_CLIENT_ID and COGNITO_AUTH_CLIENT_IDS are set to different lists. Unset one of them',
  )
})

test.each([
  [undefined, undefined, 'COGNITO_AUTH_CLIENT_ID'],
  ['x', undefined, 'COGNITO_AUTH_CLIENT_ID'],
  [undefined, 'x', 'COGNITO_AUTH_CLIENT_IDS'],
  ['x', 'x', 'COGNITO_AUTH_CLIENT_ID'],
])('of %j and %j an error names %s', (one, other, name) => {
  vi.stubEnv('COGNITO_AUTH_CLIENT_ID', one)
  vi.stubEnv('COGNITO_AUTH_CLIENT_IDS', other)
  expect(optionName('clientId')).toBe(`clientId (${name})`)
})

test('bearer tokens are accepted of the clients that are named, with the scopes that are', () => {
  expect(bearerOfEnvironment()).toBeUndefined()
  expect(withEnvironment({})).not.toHaveProperty('bearer')
  vi.stubEnv('COGNITO_AUTH_BEARER_CLIENT_IDS', 'cli, job')
  expect(bearerOfEnvironment()).toEqual({ clientIds: ['cli', 'job'], scopes: [] })
  vi.stubEnv('COGNITO_AUTH_BEARER_SCOPES', 'my-api/read')
  expect(bearerOfEnvironment()).toEqual({ clientIds: ['cli', 'job'], scopes: ['my-api/read'] })
})

test('how long a config serves, and how old it may be, is a number of seconds or not said', () => {
  expect([configTtlOfEnvironment(), configMaxAgeOfEnvironment()]).toEqual([undefined, undefined])
  vi.stubEnv('COGNITO_AUTH_CONFIG_TTL', '30')
  vi.stubEnv('COGNITO_AUTH_CONFIG_MAX_AGE', '0')
  expect([configTtlOfEnvironment(), configMaxAgeOfEnvironment()]).toEqual([30, 0])
})

test.each<[string, string, () => unknown]>([
  ['configTtlSeconds', 'COGNITO_AUTH_CONFIG_TTL', configTtlOfEnvironment],
  ['configMaxAgeSeconds', 'COGNITO_AUTH_CONFIG_MAX_AGE', configMaxAgeOfEnvironment],
  ['devMode', 'COGNITO_AUTH_DEV_MODE', devModeOfEnvironment],
])('an error of one of them names the option and the variable: %s', (option, name, read) => {
  vi.stubEnv(name, 'soon')
  expect(read).toThrow(`${option} (${name}) must be`)
})

test.each([
  ['COGNITO_AUTH_BEARER_CLIENT_IDS', 'bearer.clientId'],
  ['COGNITO_AUTH_BEARER_SCOPES', 'bearer.scopes'],
])('an empty %s is none that was meant, and the error names %s, too', (name, option) => {
  vi.stubEnv('COGNITO_AUTH_BEARER_CLIENT_IDS', 'cli')
  vi.stubEnv(name, '')
  expect(bearerOfEnvironment).toThrow(`${option}: ${name} is empty`)
})

test('scopes without a client are refused, naming both options and both variables', () => {
  vi.stubEnv('COGNITO_AUTH_BEARER_SCOPES', 'my-api/read')
  expect(bearerOfEnvironment).toThrow(
    'bearer.scopes: COGNITO_AUTH_BEARER_SCOPES needs COGNITO_AUTH_BEARER_CLIENT_IDS (bearer.clientId)',
  )
})

test.each(['COGNITO_AUTH_CONFIG_PATH', 'COGNITO_AUTH_SECRET_NAME'])('a quoted %s names the option, too', (name) => {
  vi.stubEnv(name, '"x"')
  expect(configSource).toThrow(`authoriser: ${name} begins and ends with a quote`)
})
