import { expect, test } from 'vitest'
import { parseRules, ruleFor } from './rules.js'

const rules = parseRules([
  { path: '/a/open', action: 'none' },
  { path: '/a/*', action: 'deny' },
  { path: '/v?/x', action: 'allow' },
  { path: '/dot.js', action: 'none' },
])

test.each([
  ['/a/open', 'none', 'the first rule that matches counts'],
  ['/a/else', 'deny', 'a later one where the first does not match'],
  ['/a/', 'deny', '* may be nothing'],
  ['/a/b/c', 'deny', '* goes over slashes'],
  ['/a', 'authenticate', 'what is before * must be there'],
  ['/A/else', 'authenticate', 'case counts, as on AWS'],
  ['/v1/x', 'allow', '? is one character'],
  ['/v12/x', 'authenticate', '? is not two'],
  ['/v/x', 'authenticate', '? is not none'],
  ['/dotxjs', 'authenticate', 'a dot is a dot'],
  ['/x/a/open', 'authenticate', 'a pattern begins where the path begins'],
  ['/%61/else', 'authenticate', 'paths are not decoded'],
])('%s is %s: %s', (path, action) => {
  expect(ruleFor(rules, path).action).toBe(action)
})
