import { expect, test } from 'vitest'
import {
  hasHeader,
  hasOidcHeaders,
  hasTokens,
  type HeadersInput,
  readBearerToken,
  readHeaders,
  requireTokens,
} from './headers.js'

const found = { oidcData: 'data', accessToken: 'access', identity: 'sub' }

test.each<[string, HeadersInput]>([
  [
    'a Fetch Headers',
    new Headers({ 'x-amzn-oidc-data': 'data', 'X-Amzn-Oidc-Accesstoken': 'access', 'x-amzn-oidc-identity': 'sub' }),
  ],
  [
    'a Node record',
    {
      'x-amzn-oidc-data': 'data',
      'x-amzn-oidc-accesstoken': 'access',
      'x-amzn-oidc-identity': 'sub',
      'set-cookie': ['a', 'b'],
    },
  ],
  [
    'any letter case',
    { 'X-AMZN-OIDC-DATA': 'data', 'X-Amzn-Oidc-Accesstoken': 'access', 'x-amzn-oidc-Identity': 'sub' },
  ],
  [
    'a multi-value record',
    { 'x-amzn-oidc-data': ['data'], 'x-amzn-oidc-accesstoken': ['access'], 'x-amzn-oidc-identity': ['sub'] },
  ],
  [
    'absent doubles',
    {
      'x-amzn-oidc-data': 'data',
      'X-Amzn-Oidc-Data': undefined,
      'x-amzn-oidc-accesstoken': 'access',
      'x-amzn-oidc-identity': 'sub',
    },
  ],
])('reads %s', (_, headers) => {
  expect(readHeaders(headers)).toEqual(found)
})

test.each<[string, HeadersInput]>([
  ['an array of two', { 'x-amzn-oidc-data': ['a', 'b'] }],
  ['two letter cases', { 'x-amzn-oidc-data': 'a', 'X-Amzn-Oidc-Data': 'a' }],
  ['values joined by Node', { 'x-amzn-oidc-accesstoken': 'a, b' }],
  [
    'values joined by Fetch',
    new Headers([
      ['x-amzn-oidc-data', 'a'],
      ['x-amzn-oidc-data', 'b'],
    ]),
  ],
  ['two identities', { 'x-amzn-oidc-identity': ['a', 'b'] }],
])('refuses %s', (_, headers) => {
  expect(() => readHeaders(headers)).toThrow(
    expect.objectContaining({ code: 'invalid_token', reason: 'duplicate_header' }),
  )
})

test('an identity may have a comma', () => {
  expect(readHeaders({ 'x-amzn-oidc-identity': 'a,b' }).identity).toBe('a,b')
})

test('takes no notice of names that only look alike', () => {
  expect(readHeaders({ x_amzn_oidc_data: 'a', 'x-amzn-oidc-data2': 'b' })).toEqual({})
})

test.each([undefined, null, 'x', 1, { headers: {} }])('says what to pass instead of %j', (headers) => {
  expect(() => readHeaders(headers as never)).toThrow(expect.objectContaining({ code: 'configuration' }))
})

test('a value that is not a text is malformed', () => {
  expect(() => readHeaders({ 'x-amzn-oidc-data': 1 } as never)).toThrow(
    expect.objectContaining({ reason: 'malformed' }),
  )
})

test('names what is missing', () => {
  const none = { oidcData: undefined, accessToken: undefined, identity: 'sub' }
  expect(() => requireTokens(none, true)).toThrow(
    expect.objectContaining({ code: 'missing_token', missing: ['x-amzn-oidc-data', 'x-amzn-oidc-accesstoken'] }),
  )
  expect(() => requireTokens({ ...none, oidcData: 'a' }, true)).toThrow(
    expect.objectContaining({ missing: ['x-amzn-oidc-accesstoken'] }),
  )
  expect(requireTokens({ ...none, oidcData: 'a' }, false)).toMatchObject({ oidcData: 'a' })
  expect(() => requireTokens(none, false)).toThrow(expect.objectContaining({ missing: ['x-amzn-oidc-data'] }))
})

test('a header called "get" is a header, and makes no Headers of a record', () => {
  expect(readHeaders({ get: 'x', 'x-amzn-oidc-data': 'a.b.c' }).oidcData).toBe('a.b.c')
})

test.each([null, undefined])('a Headers that gives %s has no such header', (nothing) => {
  expect(readHeaders({ get: () => nothing })).toEqual({
    oidcData: undefined,
    accessToken: undefined,
    identity: undefined,
  })
  expect(hasTokens({ get: () => nothing })).toBe(false)
})

test('a record may hold null and undefined, and other headers of the same length', () => {
  const headers = { 'x-amzn-oidc-data': null, 'X-AMZN-OIDC-DATA': undefined, 'x-amzn-oidc-dat0': 'other' }
  expect(readHeaders(headers).oidcData).toBeUndefined()
})

test('a header called "headers" is a header; a request that has headers is refused', () => {
  expect(readHeaders({ headers: 'x', 'x-amzn-oidc-data': 'a.b.c' }).oidcData).toBe('a.b.c')
  expect(readHeaders({ headers: ['x', 'y'] }).oidcData).toBeUndefined()
  expect(readHeaders({ headers: null }).oidcData).toBeUndefined()
  expect(() => readHeaders({ headers: {} } as never)).toThrow(/whole request/)
})

test.each(['headers', 'multiValueHeaders', 'requestContext', 'request', 'req', 'raw'])(
  'a member %s that is an object makes a whole request',
  (name) => {
    expect(() => readHeaders({ [name]: {}, get: () => 'x' } as never)).toThrow(/whole request/)
    expect(readHeaders({ [name]: 'x', 'x-amzn-oidc-data': 'a.b.c' }).oidcData).toBe('a.b.c')
  },
)

test('a function header() makes a whole request, as with Hono', () => {
  expect(() => readHeaders({ header: () => undefined } as never)).toThrow(/whole request/)
})

test.each<[HeadersInput, boolean]>([
  [{}, false],
  [{ 'x-amzn-oidc-identity': 'sub' }, false],
  [{ 'x-amzn-oidc-data': '' }, true],
  [{ 'X-Amzn-Oidc-Accesstoken': ['a', 'b'] }, true],
  [new Headers({ 'x-amzn-oidc-accesstoken': 'a' }), true],
])('%j has tokens, good or bad: %s', (headers, has) => {
  expect(hasTokens(headers)).toBe(has)
})

/** Headers that can be asked, and not listed but for `keys`. */
const asked = (values: { [name: string]: string }, more: object = {}): HeadersInput =>
  ({ get: (name: string) => values[name], ...more }) as HeadersInput

test.each<[string, HeadersInput, boolean]>([
  ['none', {}, false],
  ['one that is not read', { 'X-Amzn-Oidc-Other': 'x' }, true],
  ['one beside a header called "get"', { get: 'x', 'x-amzn-oidc-data': 'a' }, true],
  ['one that is undefined', { 'x-amzn-oidc-data': undefined }, false],
  ['an empty list', { 'x-amzn-oidc-data': [] }, false],
  ['a name that only ends alike', { 'my-x-amzn-oidc-data': 'a' }, false],
  ['Headers with one that is not read', new Headers({ 'X-Amzn-Oidc-Other': 'x' }), true],
  ['Headers with a name that only ends alike', new Headers({ 'my-x-amzn-oidc-data': 'a' }), false],
  ['what can only be asked, with the claims', asked({ 'x-amzn-oidc-data': 'a' }), true],
  ['what can only be asked, with the access token', asked({ 'x-amzn-oidc-accesstoken': 'a' }), true],
  ['what can only be asked, with the identity', asked({ 'x-amzn-oidc-identity': 'a' }), true],
  ['what can only be asked, with none', asked({}), false],
  ['keys that are no function', asked({}, { keys: 'x-amzn-oidc-other' }), false],
  ['keys that are no strings', asked({}, { keys: () => [5, ['x-amzn-oidc-other'], null] }), false],
  ['keys with one that is not read', asked({}, { keys: () => [5, 'x-amzn-oidc-other'] }), true],
])("the load balancer's headers are there: %s", (_, headers, are) => {
  expect(hasOidcHeaders(headers)).toBe(are)
})

/** As `next/headers` gives them: a `Headers` with a member called `headers`. */
class NextHeaders extends Headers {
  readonly headers = { 'x-amzn-oidc-data': 'not this' }
}

test('anything with functions get and has is headers, whatever else it has', () => {
  const values = new Map([['x-amzn-oidc-data', 'a.b.c']])
  for (const headers of [
    new NextHeaders({ 'x-amzn-oidc-data': 'a.b.c' }),
    {
      get: (name: string) => values.get(name),
      has: (name: string) => values.has(name),
      headers: {},
      raw: {},
      req: {},
      request: {},
    },
    values,
  ]) {
    expect(readHeaders(headers as HeadersInput).oidcData).toBe('a.b.c')
  }
})

const capitals = { 'X-Amzn-Oidc-Data': 'data', 'X-AMZN-OIDC-ACCESSTOKEN': 'access', 'X-Amzn-Oidc-Identity': 'sub' }

test('names of a Map are found in any letter case', () => {
  const map = new Map([['X-Amzn-Trace-Id', 'Root=1'], ...Object.entries(capitals)])
  expect(readHeaders(map)).toEqual(found)
  expect([hasTokens(map), hasOidcHeaders(map), hasHeader(map, 'x-amzn-trace-id')]).toEqual([true, true, true])
  expect(hasHeader(map, 'x-amzn-trace-i')).toBe(false)
  expect(readBearerToken(new Map([['Authorization', 'Bearer a.b.c']]))).toBe('a.b.c')
})

test.each<[string, readonly (readonly [string, string])[]]>([
  ['a lower-case name first', [['x-amzn-oidc-data', 'a'] as const, ['X-Amzn-Oidc-Data', 'b'] as const]],
  ['a lower-case name last', [['X-Amzn-Oidc-Data', 'a'] as const, ['x-amzn-oidc-data', 'b'] as const]],
  ['no lower-case name', [['X-Amzn-Oidc-Data', 'a'] as const, ['X-AMZN-OIDC-DATA', 'a'] as const]],
])('two names of a Map that differ by letter case only are duplicates: %s', (_, pairs) => {
  expect(() => readHeaders(new Map(pairs))).toThrow(expect.objectContaining({ reason: 'duplicate_header' }))
})

test.each<[string, HeadersInput]>([
  ['a Map', new Map([['x-amzn-oidc-data', ['a', 'b']]]) as unknown as HeadersInput],
  ['a Map, with a name in capitals', new Map([['X-Amzn-Oidc-Data', ['a', 'b']]]) as unknown as HeadersInput],
  ['functions get and has', { get: () => ['a', 'b'], has: () => true } as unknown as HeadersInput],
])('a list of two values is a duplicate: of %s', (_, headers) => {
  expect(() => readHeaders(headers)).toThrow(expect.objectContaining({ reason: 'duplicate_header' }))
})

test('a list of one value is that value, and a list of none no header, of a Map too', () => {
  const map = new Map([
    ['x-amzn-oidc-data', ['a.b.c']],
    ['x-amzn-oidc-identity', []],
  ]) as unknown as HeadersInput
  expect(readHeaders(map)).toEqual({ oidcData: 'a.b.c', accessToken: undefined, identity: undefined })
  expect([hasTokens(map), hasHeader(map, 'x-amzn-oidc-identity')]).toEqual([true, false])
})

test('a Map may hold null and undefined, and other keys than strings', () => {
  const map = new Map<unknown, unknown>([
    [5, 'a'],
    ['X-Amzn-Oidc-Data', null],
    ['X-AMZN-OIDC-DATA', undefined],
  ])
  expect(readHeaders(map as unknown as HeadersInput).oidcData).toBeUndefined()
})

test('names of a Fetch Headers are not gone through', () => {
  const headers = new Headers(capitals)
  Object.defineProperty(headers, 'keys', {
    value: () => {
      throw new Error('of the test')
    },
  })
  expect(readHeaders(headers)).toEqual(found)
  expect(readHeaders(new Headers()).oidcData).toBeUndefined()
})

test.each<[string, unknown, RegExp]>([
  ['a Promise', Promise.resolve(new Headers()), /await/],
  [
    'a Promise with a get, as of Next 15',
    Object.assign(Promise.resolve(), { get: () => 'x', has: () => true }),
    /await/,
  ],
  ['pairs', [['x-amzn-oidc-data', 'a']], /list/],
  ['rawHeaders', ['x-amzn-oidc-data', 'a'], /list/],
  ['an empty list', [], /list/],
  ['a Fetch request', new Request('https://example.com'), /whole request/],
  ['an event of a load balancer', { headers: { a: 'b' }, path: '/' }, /whole request or event/],
  ['an event with several values', { multiValueHeaders: { a: ['b'] } }, /multiValueHeaders/],
  ['an event without headers', { requestContext: { elb: {} }, headers: null }, /whole request or event/],
  ["Hono's request", { raw: new Request('https://example.com'), header: () => undefined }, /whole request/],
  ["Hono's context", { req: {}, get: () => undefined }, /whole request/],
  ["Koa's context", { req: {}, res: {}, request: {}, get: () => '', has: () => true }, /whole request/],
  ['an iterator of pairs', new Headers().entries(), /iterator/],
  ['an iterator made by hand', { next: () => ({ done: true, value: undefined }) }, /iterator/],
  ['an iterable made by hand', { [Symbol.iterator]: () => [].values() }, /iterator/],
  ['a Set', new Set(['x-amzn-oidc-data']), /Set/],
  ['a Date', new Date(), /Date/],
  ['bytes', new Uint8Array(2), /iterator/],
])('%s is no headers, and it is said what to pass', (_, headers, sentence) => {
  for (const read of [readHeaders, hasTokens]) {
    expect(() => read(headers as never)).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringMatching(sentence) as string }),
    )
  }
})

test('headers of any name that a client sends are headers', () => {
  const sent = {
    headers: 'x',
    req: 'x',
    res: 'x',
    next: 'x',
    get: 'x',
    has: 'x',
    raw: ['x', 'y'],
    request: 'x',
    header: 'x',
    requestContext: ['x'],
  }
  expect(readHeaders({ ...sent, 'x-amzn-oidc-data': 'a.b.c' }).oidcData).toBe('a.b.c')
})
