import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  ConfigurationError,
  ConfigUnavailableError,
  InvalidTokenError,
  KeysUnavailableError,
  MissingTokenError,
} from '../errors.js'
import * as core from '../index.js'
import { createMockUser, mockUser } from '../dev/mock-user.js'
import type { User } from '../user.js'
import { createAuth, errorResponse, RequestUsers, userOf } from './index.js'

const ALB_ARN = 'arn:aws:elasticloadbalancing:eu-west-2:123456789012:loadbalancer/app/my-alb/0123456789abcdef'

afterEach(() => {
  vi.unstubAllEnvs()
})

function request(method: string, headers: Record<string, string>) {
  return { method, url: '/', header: (name: string) => headers[name] }
}

test('an error of somebody else is a 500 that says nothing', () => {
  const answer = errorResponse(new Error('secret'), request('GET', {}), { redirectUrl: '/denied' })
  expect(answer).toMatchObject({ status: 500 })
  expect(JSON.parse(answer.body)).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    code: 'internal_error',
  })
})

test('what a 500 hides is said in a warning, once, and only in our own words', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  for (let round = 0; round < 3; round += 1) {
    errorResponse(new ConfigurationError('albArn is wrong'), request('GET', {}), {})
    errorResponse(new TypeError('ada@example.com'), request('GET', {}), {})
    errorResponse(new Error('onError failed', { cause: new RangeError('secret') }), request('GET', {}), {})
    errorResponse(new MissingTokenError(['x']), request('GET', {}), {})
  }
  expect(warn.mock.calls.map(([sentence]) => sentence)).toEqual([
    'A request was answered with 500: albArn is wrong',
    'A request was answered with 500: unexpected TypeError',
    'A request was answered with 500: unexpected Error, caused by RangeError',
  ])
  warn.mockRestore()
})

test('a config that is out of reach may be tried again, and is no redirect', () => {
  const answer = errorResponse(new ConfigUnavailableError('x'), request('GET', { 'sec-fetch-dest': 'document' }), {
    redirectUrl: '/denied',
  })
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5', 'cache-control': 'no-store' } })
})

test.each([
  ['GET', { accept: 'text/html' }, 302],
  ['HEAD', { accept: 'text/html' }, 302],
  ['GET', { accept: 'application/json, text/html;q=0.9' }, 302],
  ['GET', { accept: 'text/html', 'sec-fetch-dest': '' }, 401],
  ['GET', { accept: 'text/htmlx' }, 401],
  ['POST', { 'sec-fetch-dest': 'document' }, 401],
  ['GET', {}, 401],
])('%s with %j is answered with %i', (method, headers, status) => {
  expect(errorResponse(new MissingTokenError(['x']), request(method, headers), { redirectUrl: '/denied' }).status).toBe(
    status,
  )
})

test.each([
  ['/denied', '/denied', 401],
  ['/denied#why', '/denied', 401],
  ['/denied?a', '/denied?a', 401],
  ['/denied', 'http://other.example/denied', 401],
  ['/denied?a', '/denied', 302],
  ['/denied', '/denied/', 302],
  ['/denied', '//denied', 302],
  ['https://app.example.com/denied', '/denied', 401],
  ['http://app.example.com/denied', '/denied', 401],
  ['https://app.example.com:443/denied', 'https://app.example.com/denied', 401],
  ['https://other.example/denied', '/denied', 302],
  ['https://app.example.com/denied', 'http://other.example/denied', 302],
  ['/denied', 'denied:x', 302],
])('with the redirectUrl %s a page at %s is answered with %i', (redirectUrl, url, status) => {
  const headers = { accept: 'text/html', host: 'app.example.com' }
  expect(errorResponse(new MissingTokenError(['x']), { ...request('GET', headers), url }, { redirectUrl }).status).toBe(
    status,
  )
})

test.each(['a b', 'a/b', '', ':x'])('a host that is called %j leads nowhere', (host) => {
  const headers = { accept: 'text/html', host }
  expect(
    errorResponse(new MissingTokenError(['x']), request('GET', headers), { redirectUrl: 'https://a.example/' }).status,
  ).toBe(302)
})

test('the reason of a refusal stays in the log', () => {
  expect(errorResponse(new InvalidTokenError('signer', 'x'), request('GET', {}), {}).body).not.toContain('signer')
})

describe('a second copy of core', () => {
  const options = { albArn: ALB_ARN, authoriser: null }

  async function secondCopy(): Promise<typeof core> {
    vi.resetModules()
    return await import('../index.js')
  }

  test('its CognitoAuth is taken as it is, and not replaced by one from the environment', async () => {
    const other = new (await secondCopy()).CognitoAuth(options)
    expect(other).toBeInstanceOf(core.CognitoAuth)
    expect(Object.getPrototypeOf(other)).not.toBe(core.CognitoAuth.prototype)
    expect(createAuth(other, []).auth).toBe(other)
  })

  test('its errors are answered as ours', async () => {
    const error = new (await secondCopy()).AccessDeniedError({} as core.Decision)
    expect(error).toBeInstanceOf(core.AccessDeniedError)
    expect(error).not.toBeInstanceOf(core.ConfigurationError)
    expect(errorResponse(error, request('GET', {}), {})).toMatchObject({ status: 403 })
  })

  test('its authoriser decides for ours, with rules of both', async () => {
    const other = await secondCopy()
    const banned = mockUser({ email: 'ada@example.com', emailVerified: false })
    const rules = [core.not(other.emailRule(['ada@example.com']))]
    const auth = new core.CognitoAuth({ ...options, authoriser: new other.Authoriser({ rules }) })
    expect(await auth.isAllowed(banned)).toBe(false)
    expect(await auth.isAllowed(mockUser({ email: 'bob@example.com' }))).toBe(true)
    expect(() => new core.CognitoAuth({ ...options, authoriser: {} as core.Authoriser })).toThrow(
      /must be an Authoriser/,
    )
  })

  test('whom it verified, ours knows', async () => {
    vi.resetModules()
    const adapter = await import('./index.js')
    const request = {}
    const verifying = new adapter.RequestUsers<object>(new core.CognitoAuth(options), () => ({}))
    expect(userOf(request)).toBeUndefined()
    await verifying.optionalUser(request)
    expect(adapter.userOf).not.toBe(userOf)
    expect(userOf(request)).toBeNull()
  })

  test('its missing tokens are nobody, where anonymous people are welcome', async () => {
    const other = new (await secondCopy()).CognitoAuth(options)
    await expect(new RequestUsers<object>(other, () => ({})).optionalUser({})).resolves.toBeNull()
  })
})

test.each([
  ['an instance of some class', new URL('https://example.com')],
  ['a map', new Map()],
  ['a list', []],
  ['a text', 'x'],
  ['null', null],
  ['a function', () => undefined],
])('%s is neither options nor a CognitoAuth', (_, given) => {
  vi.stubEnv('COGNITO_AUTH_ALB_ARN', ALB_ARN)
  vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', '/config.json')
  expect(() => createAuth(given as object, [])).toThrow(expect.objectContaining({ code: 'configuration' }))
})

test('an error carries the headers of its answer, for error handlers that copy them', () => {
  expect(new MissingTokenError(['x'])).toMatchObject({
    missing: ['x'],
    headers: { 'cache-control': 'no-store', 'www-authenticate': 'Bearer' },
  })
  expect(new ConfigUnavailableError('x').headers).toEqual({ 'cache-control': 'no-store', 'retry-after': '5' })
})

test.each([
  { error: new KeysUnavailableError('x'), asked: 2 },
  { error: new ConfigUnavailableError('x'), asked: 2 },
  { error: new InvalidTokenError('signer', 'x'), asked: 1 },
  { error: new MissingTokenError(['x']), asked: 1 },
])('$error.code is answered to all who ask at once; asked again later: $asked times', async ({ error, asked }) => {
  const requireUser = vi.fn<() => Promise<User>>(async () => createMockUser()).mockRejectedValueOnce(error)
  const requests = new RequestUsers<object>({ requireUser }, () => ({}))
  const socket = {}
  const together = await Promise.allSettled([requests.requireUser(socket), requests.requireAdmin(socket)])
  expect(together).toEqual([
    { status: 'rejected', reason: error },
    { status: 'rejected', reason: error },
  ])
  expect(requireUser).toHaveBeenCalledTimes(1)
  await requests.requireUser(socket).catch(() => undefined)
  await requests.requireUser(socket).catch(() => undefined)
  expect(requireUser).toHaveBeenCalledTimes(asked)
})

test('the public names are these', () => {
  expect(Object.keys(core).sort()).toEqual([
    'ACCESS_TOKEN_HEADER',
    'AccessDeniedError',
    'AuthenticationError',
    'Authoriser',
    'CognitoAuth',
    'CognitoAuthError',
    'ConfigUnavailableError',
    'ConfigurationError',
    'EXPIRED_CLOSE_CODE',
    'ExpiredTokenError',
    'IDENTITY_HEADER',
    'InsufficientScopeError',
    'InvalidTokenError',
    'KeysUnavailableError',
    'MissingTokenError',
    'OIDC_DATA_HEADER',
    'TokenVerifier',
    'allOf',
    'anyOf',
    'clientRule',
    'closeAtExpiry',
    'createMockUser',
    'domainRule',
    'emailRule',
    'groupRule',
    'httpSource',
    'not',
  ])
})
