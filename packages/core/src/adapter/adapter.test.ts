import { expect, test, vi } from 'vitest'
import {
  ConfigurationError,
  ConfigUnavailableError,
  InvalidTokenError,
  KeysUnavailableError,
  MissingTokenError,
} from '../errors.js'
import * as core from '../index.js'
import { createMockUser } from '../mock-user.js'
import type { User } from '../user.js'
import { answerTo, createBypass, RequestAuth } from './index.js'

function request(method: string, headers: Record<string, string>) {
  return { method, header: (name: string) => headers[name] }
}

test('an error of somebody else is a 500 that says nothing', () => {
  const answer = answerTo(new Error('secret'), request('GET', {}), '/denied')
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
    answerTo(new ConfigurationError('albArn is wrong'), request('GET', {}), undefined)
    answerTo(new TypeError('ada@example.com'), request('GET', {}), undefined)
    answerTo(new Error('onError failed', { cause: new RangeError('secret') }), request('GET', {}), undefined)
    answerTo(new MissingTokenError(['x']), request('GET', {}), undefined)
  }
  expect(warn.mock.calls.map(([sentence]) => sentence)).toEqual([
    'A request was answered with 500: albArn is wrong',
    'A request was answered with 500: unexpected TypeError',
    'A request was answered with 500: unexpected Error, caused by RangeError',
  ])
  warn.mockRestore()
})

test('a config that is out of reach may be tried again, and is no redirect', () => {
  const answer = answerTo(new ConfigUnavailableError('x'), request('GET', { 'sec-fetch-dest': 'document' }), '/denied')
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
  expect(answerTo(new MissingTokenError(['x']), request(method, headers), '/denied').status).toBe(status)
})

test('the reason of a refusal stays in the log', () => {
  expect(answerTo(new InvalidTokenError('signer', 'x'), request('GET', {}), undefined).body).not.toContain('signer')
})

test.each(['health', '/a*', '/a?b', '', '/a b'])('%j is not a path to bypass', (path) => {
  expect(() => createBypass([path])).toThrow(expect.objectContaining({ code: 'configuration' }))
})

test('a path that was routed elsewhere is not bypassed', () => {
  const isBypassed = createBypass(['/health'])
  expect(isBypassed({}, '/health?x')).toBe(true)
  expect(isBypassed({}, '/health/', '/health')).toBe(true)
  expect(isBypassed({}, '/health', '/secret')).toBe(false)
})

test.each([
  { error: new KeysUnavailableError('x'), asked: 2 },
  { error: new ConfigUnavailableError('x'), asked: 2 },
  { error: new InvalidTokenError('signer', 'x'), asked: 1 },
  { error: new MissingTokenError(['x']), asked: 1 },
])('$error.code is answered to all who ask at once; asked again later: $asked times', async ({ error, asked }) => {
  const requireUser = vi.fn<() => Promise<User>>(async () => createMockUser()).mockRejectedValueOnce(error)
  const requests = new RequestAuth<object>({ requireUser }, () => ({}))
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
    'InvalidTokenError',
    'KeysUnavailableError',
    'MissingTokenError',
    'OIDC_DATA_HEADER',
    'TokenVerifier',
    'allOf',
    'anyOf',
    'closeAtExpiry',
    'createMockUser',
    'domainRule',
    'emailRule',
    'groupRule',
    'not',
  ])
})
