import { expect, test } from 'vitest'
import { isSignOutPath, isSignOutUrl, redirectTarget } from './targets.js'

test.each([
  ['https://example.com/denied', 'https://example.com/denied'],
  ['http://localhost:8080/denied', 'http://localhost:8080/denied'],
  ['https://example.com', 'https://example.com'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['HTTPS://example.com', 'https://example.com/'],
  ['https:example.com', 'https://example.com/'],
  ['https://example.com/\u0142?q=\u0142#\u0142', 'https://example.com/%C5%82?q=%C5%82#%C5%82'],
  ['https://\u0142.example/', 'https://xn--tfa.example/'],
  ['/denied?why=#x', '/denied?why=#x'],
  ['/zugriff/\u0142', '/zugriff/%C5%82'],
  ['/a/../b', '/a/../b'],
  ['/', '/'],
])('%j as a redirect target is sent as %j', (given, sent) => {
  expect(redirectTarget(given)).toBe(sent)
  expect(() => new Headers({ location: sent })).not.toThrow()
})

test.each([
  '//evil.example',
  '/\\evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  '/%2e//evil.example',
  '/\t/evil.example',
  '/a\\b',
  '/a b',
  '/a\u0000b',
  '/a\u007Fb',
  '/a\nb',
  'https://example.com/a\tb',
  'https://example.com/\r\nset-cookie:a=b',
  'denied',
  '',
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'ftp://example.com',
  'mailto:a@example.com',
])('%j is no redirect target', (target) => {
  expect(redirectTarget(target)).toBeUndefined()
})

test.each([
  ['/logout', true],
  [`/${'a'.repeat(255)}`, true],
  ['/oauth2/idpresponse/x', true],
  ['/app/oauth2/idpresponse', true],
  ['/app/_cognito-auth/x', true],
  [`/${'a'.repeat(256)}`, false],
  ['/oauth2/idpresponse', false],
  ['/oauth2/idpresponse/', false],
  ['/_cognito-auth', false],
  ['/_local-alb', false],
  ['/_cognito-auths', true],
  ['/_cognito-auth/sign-out', false],
  ['/_local-alb/keys', false],
  ['/logout?x', false],
  ['/logout/*', false],
  ['/a/../logout', false],
  ['logout', false],
  ['', false],
])('%s as the path to sign out at: %s', (path, is) => {
  expect(isSignOutPath(path)).toBe(is)
})

test.each([
  ['https://idp.example/logout', true],
  ['https://idp.example/logout?to={returnTo}', true],
  ['https://idp.example/{returnTo}/{returnTo}', true],
  ['http://localhost:9229/logout?to={returnTo}', true],
  ['https://{returnTo}/', false],
  ['https://{returnTo}.example/', false],
  ['https://idp.example{returnTo}', false],
  ['https://idp.example{returnTo}/', false],
  ['https://idp.example:{returnTo}/', false],
  ['https://{returnTo}@idp.example/', false],
  ['{returnTo}', false],
  ['https://idp.example/{returnto}', false],
  ['https://idp.example/{re{returnTo}turnTo}', false],
  ['https://idp.example/}', false],
  ['https://idp.example', false],
  ['http://idp.example/', false],
  ['//idp.example/', false],
  ['https://idp.example/\n', false],
])('%j as the sign-out page of another identity provider: %s', (url, is) => {
  expect(isSignOutUrl(url)).toBe(is)
})
