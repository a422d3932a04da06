import { expect, test } from 'vitest'
import { cognitoBase } from './cognito-base.js'

test.each([
  ['my.auth.example.com', 'https://my.auth.example.com'],
  ['https://my.auth.example.com/', 'https://my.auth.example.com'],
  ['http://localhost:8080/_local-alb', 'http://localhost:8080/_local-alb'],
  ['localhost:8080', 'https://localhost:8080'],
  ['http://LOCALHOST:8080', 'http://localhost:8080'],
  ['http://127.0.0.1:8080/_local-alb', 'http://127.0.0.1:8080/_local-alb'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
])('the sign-in pages of %s are at %s', (domain, base) => {
  expect(cognitoBase(domain)).toBe(base)
})

test.each([
  'http://my.auth.example.com',
  'ftp://my.auth.example.com',
  'ftp://localhost',
  'xhttp://localhost',
  'httpx://localhost',
  'https://user@my.auth.example.com',
  'https://my.auth.example.com/?a=b',
  'http://localhost:8080/?a=b',
  'my.auth.example.com/oauth2',
  'https://my.auth.example.com/logout',
  'not a host',
  '123.456',
  '192.0.2.1',
  '0xc0.2.3',
  'https://[2001:db8::1]',
])('%s has no sign-in pages', (domain) => {
  expect(() => cognitoBase(domain)).toThrow(/^cognitoDomain \(COGNITO_AUTH_DOMAIN\) must be the host of the user pool/)
})

test.each([
  'my-app-sign-in',
  'https://my-app-sign-in',
  'my-app.',
  '.my-app',
  'https://my-app/',
  // Which `new URL()` takes for IPv4 addresses, the last for 127.0.0.1.
  '2024',
  '12345',
  '0x7f',
  'https://2024:443/',
  '2130706433',
])('%s is only the prefix of a domain, and is told what to append', (domain) => {
  expect(() => cognitoBase(domain)).toThrow(/\.auth\.REGION\.amazoncognito\.com/)
})
