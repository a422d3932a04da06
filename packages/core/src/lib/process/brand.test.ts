import { expect, test } from 'vitest'
import { brand } from './brand.js'

const copy = () => {
  class Base {
    readonly #secret = 1
    static {
      brand(this, 'test/Base')
    }
    reveal(): number {
      return this.#secret
    }
  }
  class Derived extends Base {
    static {
      brand(this, 'test/Derived')
    }
  }
  return { Base, Derived }
}

const [one, other] = [copy(), copy()]
class Own extends one.Derived {}

test.each<[string, unknown, { base: boolean; derived: boolean; own: boolean }]>([
  ['of the same copy', new one.Derived(), { base: true, derived: true, own: false }],
  ['of another copy', new other.Derived(), { base: true, derived: true, own: false }],
  ['of the base of another copy', new other.Base(), { base: true, derived: false, own: false }],
  ['of a class that an app derived', new Own(), { base: true, derived: true, own: true }],
  ['that is none', { reveal: () => 1 }, { base: false, derived: false, own: false }],
  [
    'that is JSON',
    JSON.parse('{"Symbol(@cognito-auth/core/test/Base)": true}'),
    { base: false, derived: false, own: false },
  ],
  ['that is null', null, { base: false, derived: false, own: false }],
  ['that is a string', 'x', { base: false, derived: false, own: false }],
  ['that is undefined', undefined, { base: false, derived: false, own: false }],
])('an instance %s', (_, given, expected) => {
  expect({
    base: given instanceof one.Base,
    derived: given instanceof one.Derived,
    own: given instanceof Own,
  }).toEqual(expected)
})

test('a mark is not enumerable, and cannot be overwritten', () => {
  expect(Object.keys(one.Base.prototype)).toEqual([])
  expect(Reflect.set(one.Base.prototype, Symbol.for('@cognito-auth/core/test/Base'), false)).toBe(false)
})
