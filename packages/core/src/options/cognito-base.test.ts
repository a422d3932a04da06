import { expect, test } from 'vitest'
import { cognitoBase } from './cognito-base.js'

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
  'xhttp://localhost',
  'httpx://localhost',
  'https://user@my.auth.example.com',
  'https://my.auth.example.com/?a=b',
  'http://localhost:8080/?a=b',
  'my.auth.example.com/oauth2',
  'https://my.auth.example.com/logout',
  'not a host',
])('%s has no sign-in pages', (domain) => {
  expect(() => cognitoBase(domain)).toThrow(/^cognitoDomain \(COGNITO_AUTH_DOMAIN\) must be the host of the user pool/)
})

test.each(['my-app-sign-in', 'https://my-app-sign-in', 'my-app.', '.my-app', 'https://my-app/'])(
  '%s is only the prefix of a domain, and is told what to append',
  (domain) => {
    expect(() => cognitoBase(domain)).toThrow(/\.auth\.REGION\.amazoncognito\.com/)
  },
)
