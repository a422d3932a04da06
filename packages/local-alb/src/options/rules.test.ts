import { expect, test } from 'vitest'
import { parseRules, ruleFor, type RuleSubject } from './rules.js'

const subject = (given: Partial<RuleSubject>): RuleSubject => ({
  path: '/',
  query: '',
  method: 'GET',
  headers: {},
  source: '127.0.0.1',
  ...given,
})

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
  expect(ruleFor(rules, subject({ path })).action).toBe(action)
})

test.each<[what: string, rule: object, hit: Partial<RuleSubject>, miss: Partial<RuleSubject>]>([
  ['methods', { methods: ['OPTIONS', 'HEAD'] }, { method: 'HEAD' }, { method: 'GET' }],
  ['hosts', { hosts: ['*.localhost'] }, { headers: { host: 'A.localhost:80' } }, { headers: { host: 'localhost' } }],
  [
    'headers',
    { headers: { 'X-Version': '2*' } },
    { headers: { 'x-version': '2.1' } },
    { headers: { 'x-version': '12' } },
  ],
  ['a header that is missing', { headers: { 'x-version': '*' } }, { headers: { 'x-version': '' } }, {}],
  ['query', { query: { V: ['1', 'b?'] } }, { query: 'a=1&v=BC' }, { query: 'v=10' }],
  ['query as it was sent', { query: { v: 'a b' } }, { query: 'v=a b' }, { query: 'v=a%20b' }],
  ['sources', { sources: ['10.0.0.0/8', '::1/128'] }, { source: '::ffff:10.1.2.3' }, { source: '127.0.0.1' }],
  ['sources of IPv6', { sources: ['::1/128'] }, { source: '::1' }, { source: '127.0.0.1' }],
  ['several paths', { path: ['/a', '/b/*'] }, { path: '/b/c' }, { path: '/c' }],
  ['all of several conditions', { path: '/a', methods: ['GET'] }, { path: '/a' }, { path: '/a', method: 'POST' }],
])('a rule by %s', (_what, rule, hit, miss) => {
  const parsed = parseRules([{ ...rule, action: 'none' }])
  expect(ruleFor(parsed, subject(hit)).action).toBe('none')
  expect(ruleFor(parsed, subject(miss)).action).toBe('authenticate')
})

test.each<[rule: object, says: RegExp]>([
  [{ action: 'none' }, /^rules\[0\] needs a condition: path, hosts/],
  // Would match every request.
  [{ headers: {}, action: 'none' }, /^rules\[0\]\.headers must be an object of names/],
  [{ query: [], action: 'none' }, /^rules\[0\]\.query must be an object of names/],
  [{ path: '/', method: ['GET'], action: 'none' }, /^rules\[0\]\.method is unknown\. Did you mean 'methods'\?/],
  [{ methods: ['get'], action: 'none' }, /^rules\[0\]\.methods\[0\] must be a list of methods in capitals/],
  [{ methods: [], action: 'none' }, /^rules\[0\]\.methods must be a list/],
  [{ hosts: ['a:80'], action: 'none' }, /^rules\[0\]\.hosts\[0\] must be a list of host names without port/],
  [{ sources: ['10.0.0.0/33'], action: 'none' }, /^rules\[0\]\.sources\[0\] must be a list of addresses/],
  [{ sources: ['x/8'], action: 'none' }, /^rules\[0\]\.sources\[0\] must be a list of addresses/],
  [{ path: '/', action: 'none', claims: { scope: 'a' } }, /claims, which go with the action "jwt" only/],
  [{ path: '/', action: 'jwt', claims: { iss: 'a' } }, /^rules\[0\]\.claims must not have exp, iss, nbf or iat/],
  [{ path: '/', action: 'redirect' }, /needs both the action "redirect" and redirect/],
  [{ path: '/', action: 'none', redirect: { url: '/x' } }, /needs both the action "redirect" and redirect/],
  [{ path: '/', action: 'redirect', redirect: { url: 'javascript:1' } }, /^rules\[0\]\.redirect\.url must be like/],
  [{ path: '/', action: 'fixed-response', response: { status: 302 } }, /must be a status 2xx, 4xx or 5xx/],
  [{ path: '/', action: 'fixed-response' }, /needs both the action "fixed-response" and response/],
])('%j is no rule', (rule, says) => {
  expect(() => parseRules([rule])).toThrow(says)
})
