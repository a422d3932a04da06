import { expect, test } from 'vitest'
import { isNormalPath, normalisePath } from './paths.js'

test.each([
  ['/', '/'],
  ['/a/', '/a'],
  ['/a/?x=/', '/a'],
  ['//', '//'],
  ['/a//', '/a//'],
])('%s is %s', (path, normal) => {
  expect(normalisePath(path)).toBe(normal)
})

test.each([
  '/',
  '/health',
  '/health/',
  '/a/b.c/~d_e-f',
  '/a?b=..//%2e\\',
  '/a%20b/%C3%A4/%e2%82%ac',
  '/a..b/...',
  '/100%25',
  "/!$&'()*+,;=:@",
  '/a[1]|b',
  '/.well-known/x',
])('%s is in its normal form', (path) => {
  expect(isNormalPath(path)).toBe(true)
})

test.each([
  '',
  'health',
  'http://example.com/health',
  '*',
  '//',
  '//health',
  '/a//b',
  '/a//',
  '/.',
  '/..',
  '/./a',
  '/a/../b',
  '/a/..',
  '/a/.',
  '/a/..;x/b',
  '/a\\b',
  '/a/..\\b',
  '/%2e%2e/a',
  '/%2E./a',
  '/.%2e/a',
  '/a%2fb',
  '/a%2Fb',
  '/a%5cb',
  '/a%5Cb',
  '/%68ealth',
  '/%7Euser',
  '/%5f',
  '/%2d',
  '/a/%252e%252e/b',
  '/a%25252fb',
  '/a%25%35%63b',
  '/%',
  '/%zz',
  '/%u002e',
  '/a b',
  '/a\tb',
  '/a\u0000b',
  '/ä',
  '/a#b',
  '/a"b',
])('%j is not', (path) => {
  expect(isNormalPath(path)).toBe(false)
})
