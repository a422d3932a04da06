import { expect, test } from 'vitest'
import { redirectTarget } from './targets.js'

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
