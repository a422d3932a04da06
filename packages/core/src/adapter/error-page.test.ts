import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { createMockUser } from '../dev/mock-user.js'
import {
  AccessDeniedError,
  ConfigurationError,
  InvalidTokenError,
  KeysUnavailableError,
  MissingTokenError,
} from '../errors.js'
import type { Decision } from '../decision.js'
import { type AnswerOptions, type ErrorPage, errorResponse } from './index.js'

const navigation = { 'sec-fetch-dest': 'document' }

function answer(error: unknown, options: AnswerOptions = {}, headers: Record<string, string> = navigation) {
  return errorResponse(error, { method: 'GET', url: '/', header: (name) => headers[name] }, options)
}

function denied(email: string): AccessDeniedError {
  const user = createMockUser({ email })
  return new AccessDeniedError({ allowed: false, user, reason: 'denied', rules: [] } satisfies Decision)
}

vi.spyOn(process, 'emitWarning').mockImplementation(() => {})

test.each([
  [new MissingTokenError(['x']), { 'www-authenticate': 'Bearer' }],
  [new InvalidTokenError('signer', 'x'), { 'www-authenticate': 'Bearer error="invalid_token"' }],
  [denied('ada@example.com'), {}],
  [new KeysUnavailableError('x', { retryAfterSeconds: 7 }), { 'retry-after': '7' }],
])('a navigation is answered with a page: $code', (error, headers) => {
  const { status, headers: sent, body } = answer(error)
  expect(status).toBe(error.status)
  expect(sent).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  const [style = ''] = /(?<=<style>).*(?=<\/style>)/s.exec(body) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  expect(sent['content-security-policy']).toBe(`default-src 'none'; style-src 'sha256-${hash}'`)
  expect(body).toContain('<html lang="en">')
  expect(body).toMatch(/<main><h1>[^<]+<\/h1>/)
  expect(body).toContain(error.code)
  // Nothing else of the error, and nothing that the policy would stop.
  expect(body).not.toMatch(/signer|<script|<link|<img|style="| on\w+=/)
})

test.each(['empty', 'image', ''])('what is fetched as %j gets the problem document', (dest) => {
  const { headers } = answer(denied('ada@example.com'), {}, { 'sec-fetch-dest': dest, accept: 'text/html' })
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json' })
})

test.each([new ConfigurationError('x'), new Error('x')])('a 500 has no page: %s', (error) => {
  expect(answer(error)).toMatchObject({ status: 500, headers: { 'content-type': 'application/problem+json' } })
})

test('on 403 it says who is signed in, and how to be another', () => {
  const { body } = answer(denied('ada@example.com'), { signOutPath: '/logout' })
  expect(body).toContain('ada@example.com')
  expect(body).toContain('href="/logout"')
})

test('without signOutPath it links to trying again', () => {
  expect(answer(denied('ada@example.com')).body).toContain('<a class="main" href="">Try again</a>')
})

test('an outage says when to try again, also where there is a redirectUrl', () => {
  const { status, body } = answer(new KeysUnavailableError('x', { retryAfterSeconds: 7 }), { redirectUrl: '/denied' })
  expect(status).toBe(503)
  expect(body).toContain('try again in 7 seconds')
})

test.each([
  ['<script>alert(1)</script>@example.com', '&lt;script&gt;alert(1)&lt;/script&gt;@example.com'],
  [`"'&@example.com`, '&quot;&#39;&amp;@example.com'],
])('an address is escaped: %s', (email, escaped) => {
  const { body } = answer(denied(email))
  expect(body).toContain(escaped)
  expect(body).not.toContain(email)
})

test.each(
  ['a'.repeat(254), '"'.repeat(254), '&'.repeat(254), '\u{1F600}'.repeat(127), 'a'.repeat(5000)].flatMap((email) =>
    ['s', "'", '&'].map((letter) => ({ email, signOutPath: `/${letter.repeat(255)}` })),
  ),
)('it has at most 4 KiB, whatever is escaped: %#', ({ email, signOutPath }) => {
  const { body } = answer(denied(email), { signOutPath })
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4096)
})

test.each(['a'.repeat(254), '\u6F22'.repeat(254), `${'"'.repeat(64)}@${'a'.repeat(189)}`])(
  'the longest addresses there are stand on it: %#',
  (email) => {
    expect(answer(denied(email), { signOutPath: '/logout' }).body).toContain('<strong><bdi>')
  },
)

test('errorPage: false is the problem document', () => {
  const { headers, body } = answer(denied('ada@example.com'), { errorPage: false })
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json' })
  expect(JSON.parse(body)).toEqual({ type: 'about:blank', title: 'Forbidden', status: 403, code: 'access_denied' })
})

test('errorPage gives another page, in which no script runs', () => {
  const errorPage = vi.fn<(page: ErrorPage) => string>(() => '<!doctype html><title>No</title>')
  const { status, headers, body } = answer(denied('ada@example.com'), { errorPage, signOutPath: '/logout' })
  expect(errorPage).toHaveBeenCalledExactlyOnceWith({
    status: 403,
    code: 'access_denied',
    title: 'Forbidden',
    user: expect.objectContaining({ email: 'ada@example.com' }) as unknown,
    signOutPath: '/logout',
  })
  expect({ status, body }).toEqual({ status: 403, body: '<!doctype html><title>No</title>' })
  expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff' })
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; (?!.*script)/)
})

test.each([
  [
    'throws',
    () => {
      throw new Error('page')
    },
  ],
  ['returns nothing', () => undefined],
  ['returns a promise', async () => '<p>'],
  ['rejects', async () => await Promise.reject(new Error('page'))],
])('an errorPage that %s ends in the problem document', (_, errorPage) => {
  const { status, headers } = answer(new MissingTokenError(['x']), { errorPage: errorPage as unknown as () => string })
  expect({ status, type: headers['content-type'] }).toEqual({ status: 401, type: 'application/problem+json' })
})

test.each<[unknown, string]>([
  [new InvalidTokenError('signer', 'x'), 'invalid_token/signer'],
  [new MissingTokenError(['x']), 'missing_token'],
  [denied('ada@example.com'), 'access_denied'],
  [new Error('x'), 'internal_error'],
])('behind a local load balancer the reason is told: %s', (error, reason) => {
  const localAlb = 'http://localhost:8080'
  for (const options of [{ localAlb }, { localAlb, redirectUrl: '/denied' }, { localAlb, errorPage: false as const }]) {
    expect(answer(error, options).headers).toMatchObject({ 'x-cognito-auth-reason': reason })
  }
  expect(answer(error).headers).not.toHaveProperty('x-cognito-auth-reason')
  expect(answer(error, { redirectUrl: '/denied' }).headers).not.toHaveProperty('x-cognito-auth-reason')
})
