import { expect, test } from 'vitest'
import { cognitoBase, isRedirectTarget } from './auth-options.js'

test.each([
  ['https://example.com/denied', true],
  ['http://localhost:8080/denied', true],
  ['/denied', true],
  ['/', true],
  ['//evil.example', false],
  ['/\\evil.example', false],
  ['/a\\b', false],
  ['/a b', false],
  ['denied', false],
  ['', false],
  ['javascript:alert(1)', false],
  ['ftp://example.com', false],
  ['mailto:a@example.com', false],
])('%j as a redirect target: %s', (target, is) => {
  expect(isRedirectTarget(target)).toBe(is)
})

test.each([
  ['my.auth.example.com', 'https://my.auth.example.com'],
  ['https://my.auth.example.com/', 'https://my.auth.example.com'],
  ['http://localhost:8080/_local-alb', 'http://localhost:8080/_local-alb'],
])('the sign-in pages of %s are at %s', (domain, base) => {
  expect(cognitoBase(domain)).toBe(base)
})

test.each([
  'http://my.auth.example.com',
  'ftp://my.auth.example.com',
  'ftp://localhost',
  'https://user@my.auth.example.com',
  'https://my.auth.example.com/?a=b',
  'http://localhost:8080/?a=b',
  'not a host',
])('%s has no sign-in pages', (domain) => {
  expect(() => cognitoBase(domain)).toThrow(/^cognitoDomain \(COGNITO_AUTH_DOMAIN\) must be the host of the user pool/)
})
