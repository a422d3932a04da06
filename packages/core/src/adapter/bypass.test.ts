import { expect, test, vi } from 'vitest'
import { createBypass } from './index.js'

const mistake = expect.objectContaining({ code: 'configuration' })

test.each([
  'health',
  '/a*',
  '/*a',
  '/a/*/b',
  '/a/**',
  '/a*/*',
  '*',
  '/a?b',
  '/a?b/*',
  '/a#b',
  '',
  '/a b',
  '//',
  '/a//b',
  '/a/../b',
  '/%68ealth',
  '/a/../*',
  1,
  null,
])('%j is nothing to bypass', (entry) => {
  expect(() => createBypass([entry as string])).toThrow(mistake)
})

test.each(['/health', {}, new Set(['/health']), null])('%j is no list', (list) => {
  expect(() => createBypass(list as unknown as string[])).toThrow(mistake)
})

test('a path that was routed elsewhere is not bypassed', () => {
  const isBypassed = createBypass(['/health'])
  expect(isBypassed({}, '/health?x')).toBe(true)
  expect(isBypassed({}, '/health/', '/health')).toBe(true)
  expect(isBypassed({}, '/health', '/secret')).toBe(false)
  expect(isBypassed({}, '/health', '/health', '/secret')).toBe(false)
  expect(createBypass(['/health', '/secret'])({}, '/health', '/secret')).toBe(true)
})

test.each([
  ['/', '/', true],
  ['/', '//', false],
  ['/health/', '/health', true],
  ['/health', '/health/?x', true],
  ['/health', '/health//', false],
  ['/health', '/Health', false],
  ['/health', '/%68ealth', false],
  ['/health', '/./health', false],
  ['/public/*', '/public/a', true],
  ['/public/*', '/public/a/', true],
  ['/public/*', '/public/a/b?c', true],
  ['/public/*', '/public/a%20b', true],
  ['/public/*', '/public', false],
  ['/public/*', '/public/', false],
  ['/public/*', '/public//', false],
  ['/public/*', '/publicity', false],
  ['/public/*', '/publicity/a', false],
  ['/public/*', '/PUBLIC/a', false],
  ['/public/*', '/public/../private/secret.txt', false],
  ['/public/*', '/public/%2e%2e/private/secret.txt', false],
  ['/public/*', '/public/..%2fprivate/secret.txt', false],
  ['/public/*', '/public/..%5Cprivate/secret.txt', false],
  ['/public/*', '/public/..\\private/secret.txt', false],
  ['/public/*', '/public//private/secret.txt', false],
  ['/public/*', '/x/../public/a', false],
  ['/*', '/a', true],
  ['/*', '/', false],
])('with %s on the list, %s passes: %s', (listed, sent, passes) => {
  expect(createBypass([listed])({}, sent)).toBe(passes)
})

test.each([
  ['/folder/__data.json', ['/folder/*'], false],
  ['/folder/_payload.json?x', ['/folder/*'], false],
  ['/folder/_payload.js', ['/folder/*'], false],
  ['/folder/_payload-json', ['/folder/*'], false],
  ['/folder/_payload/json', ['/folder/*'], false],
  ['/folder/_payload/json', ['/folder', '/folder/*'], true],
  ['/folder/_.data', ['/folder/*'], false],
  ['/folder/.data', ['/folder/*'], false],
  ['/folder/_root.data', ['/folder/*'], false],
  ['/folder/__data.json', ['/folder', '/folder/*'], true],
  ['/folder/_.data', ['/folder', '/folder/*'], true],
  ['/folder/page/__data.json', ['/folder/*'], true],
  ['/folder/page.data', ['/folder/*'], true],
  ['/folder/a__data.json', ['/folder/*'], true],
  ['/__data.json', ['/*'], false],
  ['/__data.json', ['/__data.json'], true],
  ['/__data.json', ['/', '/__data.json'], true],
  ['/_root.data', ['/', '/_root.data'], true],
  ['/folder/;x', ['/folder/*'], false],
  ['/folder/;x/y?z', ['/folder/*'], false],
  ['/folder/__data.json;x', ['/folder/*'], false],
  ['/folder/;x', ['/folder', '/folder/*'], true],
  ['/folder/a;x', ['/folder/*'], true],
  ['/;x', ['/*'], false],
  ['/folder/%3Fx', ['/folder/*'], false],
  ['/folder/%3fx/y', ['/folder/*'], false],
  ['/folder/%23x', ['/folder/*'], false],
  ['/folder/%3bx', ['/folder/*'], false],
  ['/folder/_payload.json%3Fx', ['/folder/*'], false],
  ['/folder/_payload%3Ajson', ['/folder/*'], false],
  ['/folder/%3Fx', ['/folder', '/folder/*'], true],
  ['/folder/why%3F', ['/folder/*'], true],
  ['/folder/C%23/a', ['/folder/*'], true],
])('%s leads to a page, with %j on the list it passes: %s', (sent, list, passes) => {
  expect(createBypass(list)({}, sent)).toBe(passes)
  expect(createBypass(list)({}, sent, sent)).toBe(passes)
})

test('below a folder, too, the path as routed counts', () => {
  const isBypassed = createBypass(['/public/*'])
  expect(isBypassed({}, '/public/a', '/public/a')).toBe(true)
  expect(isBypassed({}, '/public/a', '/public/../private/a')).toBe(false)
  expect(isBypassed({}, '/public/a', '/private/a')).toBe(false)
})

test.each([
  '/public/../private',
  '/public/%2e%2e/private',
  '/public/..%2fprivate',
  '//public/a',
  '/public\\a',
  'http://x/public/a',
])('no predicate is asked about %s', (sent) => {
  const opensAll = vi.fn<() => boolean>(() => true)
  expect(createBypass(opensAll)({}, sent)).toBe(false)
  expect(createBypass(opensAll)({}, '/public/a', sent)).toBe(false)
  expect(opensAll).not.toHaveBeenCalled()
  expect(createBypass(opensAll)({}, '/public/a', '/public/a')).toBe(true)
})

test('a list that is changed afterwards opens nothing more', () => {
  const list = ['/health']
  const isBypassed = createBypass(list)
  list.push('/secret')
  expect(isBypassed({}, '/secret')).toBe(false)
})

test.each([
  ['/logout', ['/health', '/logout']],
  ['/logout', ['/logout/']],
  ['/logout/', ['/logout']],
  ['/auth/logout', ['/auth/*']],
  ['/logout', ['/*']],
])('signOutPath %s and the list %j overlap', (signOutPath, list) => {
  expect(() => createBypass(list, { signOutPath })).toThrow(
    /^bypass and signOutPath \(COGNITO_AUTH_SIGN_OUT_PATH\) must not overlap/,
  )
})

test('signOutPath beside the list is fine', () => {
  expect(() => createBypass(['/health', '/auth/logout/*', '/logouts'], { signOutPath: '/auth/logout' })).not.toThrow()
})

test('a predicate whose promise is rejected opens nothing, and ends no process', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const isBypassed = createBypass((async () => await Promise.reject(new TypeError('x'))) as unknown as () => boolean)
  expect(isBypassed({}, '/')).toBe(false)
  // A rejection that nobody handles fails the test run.
  await vi.waitFor(() => {
    expect(warn.mock.calls.map(([sentence]) => sentence)).toEqual(['A bypass predicate failed: unexpected TypeError'])
  }, 10_000)
  warn.mockRestore()
})
