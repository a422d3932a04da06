import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { harden, parseJsonObject, parseSoftJsonObject, withSharedLayout } from './claims.js'

/** As many objects, or lists, in each other. */
function nested(depth: number, wrap: (inner: unknown) => object): object {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = wrap(value)
  return value as object
}

describe.each<[string, (inner: unknown) => object]>([
  ['objects', (inner) => ({ inner })],
  ['lists', (inner) => [inner]],
])('%s in each other', (_, wrap) => {
  test('are hardened to the last of thirty-three, and no further', () => {
    expect(harden(nested(33, wrap))).toBeGreaterThan(0)
    expect(harden(nested(34, wrap))).toBeUndefined()
    expect(harden(nested(200, wrap))).toBeUndefined()
  })

  test('weigh more for each', () => {
    const weights = [1, 2, 3].map((depth) => harden(nested(depth, wrap)) ?? 0)
    expect(weights).toEqual([...weights].sort((a, b) => a - b))
    expect(new Set(weights).size).toBe(3)
  })
})

test('a member more weighs more, in objects and in lists', () => {
  expect(harden({ a: 'x', b: 'y' })).toBeGreaterThan(harden({ a: 'x' }) ?? Infinity)
  expect(harden(['x', 'y'])).toBeGreaterThan(harden(['x']) ?? Infinity)
})

test.each([
  ['no JSON', '{'],
  ['a list', '[]'],
  ['null', 'null'],
  ['a string', '"x"'],
  ['nested too deep', JSON.stringify(nested(34, (inner) => ({ inner })))],
])('%s is no object of claims', (_, text) => {
  expect(parseJsonObject(Buffer.from(text))).toBeUndefined()
})

test('bytes that are not UTF-8 are none; a replacement character of its own is one', () => {
  expect(parseJsonObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBeUndefined()
  expect(parseJsonObject(Buffer.from('{"name":"\uFFFD"}'))).toEqual({ name: '\uFFFD' })
})

test('claims of many tokens have one layout, no prototype, and nothing but their own members', () => {
  setFlagsFromString('--allow-natives-syntax')
  const haveOneLayout = runInNewContext('(one, other) => %HaveSameMap(one, other)') as (...of: object[]) => boolean
  const [one, other] = ['ada', 'bob'].map((sub) => {
    const bytes = Buffer.from(JSON.stringify({ sub, email: `${sub}@example.com`, groups: ['staff'], exp: 1 }))
    const claims = withSharedLayout(parseSoftJsonObject(bytes) ?? {})
    harden(claims)
    return claims
  })
  expect(haveOneLayout(one ?? {}, other ?? {})).toBe(true)
  expect([Object.getPrototypeOf(one), Object.isFrozen(one), { ...one }]).toEqual([
    null,
    true,
    { sub: 'ada', email: 'ada@example.com', groups: ['staff'], exp: 1 },
  ])
})

test('a member called __proto__ is carried over as a member, and dropped', () => {
  const claims = withSharedLayout(parseSoftJsonObject(Buffer.from('{"__proto__":{"isAdmin":true},"sub":"ada"}')) ?? {})
  expect(claims['isAdmin']).toBeUndefined()
  harden(claims)
  expect(Reflect.ownKeys(claims)).toEqual(['sub'])
  expect(Object.getPrototypeOf(claims)).toBeNull()
})
