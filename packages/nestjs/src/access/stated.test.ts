import 'reflect-metadata'
import { afterEach, describe, expect, test } from 'vitest'
import { type Access, groupsDemand, markDemand, markMode, ownAccess, REQUIRED, writtenAccess } from './access.js'
import { isOurGuard, markAsOurGuard } from './brand.js'
import { classAccess, classesOf, handlerAccess, methodsOf, ownMethod } from './stated.js'

class Guard {
  canActivate(): boolean {
    return true
  }
}
markAsOurGuard(Guard)

const GUARDS = '__guards__'
const admin = { kind: 'admin' } as const
const staff = groupsDemand(['staff'])

type Says = 'nothing' | 'public' | 'optional' | 'guarded' | 'admin' | 'staff'

/** Writes on a class, or on a method of it, what decorators write. */
function say(what: Says, target: object, key?: string): void {
  const given = key === undefined ? [target] : [target, key, Object.getOwnPropertyDescriptor(target, key)]
  const on = key === undefined ? target : (target as { [name: string]: object })[key]
  const decorate = {
    nothing: undefined,
    public: markMode('public'),
    optional: markMode('optional'),
    guarded: undefined,
    admin: markDemand(admin),
    staff: markDemand(staff),
  }[what]
  ;(decorate as ((...args: unknown[]) => void) | undefined)?.(...given)
  if (what === 'guarded' || what === 'optional') Reflect.defineMetadata(GUARDS, [Guard], on as object)
}

/** A class over a base, each with a handler of its own. */
function family(onBase: Says, onDerived: Says, onHandlers: Says = 'nothing') {
  class Base {
    inherited(): void {}
    overridden(): void {}
  }
  class Derived extends Base {
    own(): void {}
    override overridden(): void {}
  }
  say(onHandlers, Base.prototype, 'inherited')
  say(onHandlers, Derived.prototype, 'own')
  say(onBase, Base)
  say(onDerived, Derived)
  return { Base, Derived }
}

const modeOf = (access: Access | undefined): string =>
  access === undefined ? 'nothing' : [access.mode, ...access.demands.map(({ kind }) => kind)].join(' ')

test.each([
  { base: 'nothing', derived: 'nothing', own: 'nothing', inherited: 'nothing' },
  { base: 'public', derived: 'nothing', own: 'nothing', inherited: 'public' },
  { base: 'optional', derived: 'nothing', own: 'nothing', inherited: 'optional' },
  { base: 'nothing', derived: 'public', own: 'public', inherited: 'nothing' },
  { base: 'nothing', derived: 'optional', own: 'optional', inherited: 'nothing' },
  { base: 'admin', derived: 'nothing', own: 'required admin', inherited: 'required admin' },
  { base: 'guarded', derived: 'nothing', own: 'required', inherited: 'required' },
  { base: 'admin', derived: 'public', own: 'public', inherited: 'required admin' },
  { base: 'guarded', derived: 'optional', own: 'optional', inherited: 'required' },
  { base: 'public', derived: 'admin', own: 'required admin', inherited: 'required admin' },
  { base: 'public', derived: 'guarded', own: 'required', inherited: 'required' },
  { base: 'admin', derived: 'staff', own: 'required groups admin', inherited: 'required groups admin' },
] as const)('$derived over $base: own is $own, inherited $inherited', ({ base, derived, own, inherited }) => {
  const { Derived } = family(base, derived)
  expect(modeOf(handlerAccess(Derived.prototype.own, Derived))).toBe(own)
  expect(modeOf(handlerAccess(Derived.prototype.overridden, Derived))).toBe(own)
  expect(modeOf(handlerAccess(Derived.prototype.inherited, Derived))).toBe(inherited)
})

test.each([
  { base: 'nothing', derived: 'nothing', handler: 'admin', own: 'required admin' },
  { base: 'admin', derived: 'nothing', handler: 'staff', own: 'required groups admin' },
  { base: 'public', derived: 'public', handler: 'staff', own: 'required groups' },
  { base: 'admin', derived: 'public', handler: 'staff', own: 'required groups' },
  { base: 'admin', derived: 'staff', handler: 'public', own: 'public' },
  { base: 'admin', derived: 'staff', handler: 'optional', own: 'optional' },
  { base: 'public', derived: 'public', handler: 'guarded', own: 'required' },
] as const)('a handler of $handler in $derived over $base asks: $own', ({ base, derived, handler, own }) => {
  const { Derived } = family(base, derived, handler)
  expect(modeOf(handlerAccess(Derived.prototype.own, Derived))).toBe(own)
})

test.each([
  { base: 'public', derived: 'nothing', access: 'nothing' },
  { base: 'nothing', derived: 'public', access: 'public' },
  { base: 'optional', derived: 'nothing', access: 'nothing' },
  { base: 'admin', derived: 'nothing', access: 'required admin' },
  { base: 'admin', derived: 'public', access: 'public' },
  { base: 'admin', derived: 'staff', access: 'required groups admin' },
] as const)('a class of $derived over $base asks of what is no handler: $access', ({ base, derived, access }) => {
  expect(modeOf(classAccess(family(base, derived).Derived))).toBe(access)
})

describe('a function that an instance has in the place of a method', () => {
  test('is found by its name, and else opened by its class only where that extends nothing', () => {
    const { Derived } = family('nothing', 'public')
    const named = { own: () => undefined }.own
    const other = (): void => undefined
    expect(modeOf(handlerAccess(named, Derived))).toBe('public')
    expect(modeOf(handlerAccess(other, Derived))).toBe('nothing')
    class Alone {
      own(): void {}
    }
    say('public', Alone)
    expect(modeOf(handlerAccess(other, Alone))).toBe('public')
  })
})

test('a method that is replaced by a function of another name is of the class that it is on', () => {
  const { Base, Derived } = family('public', 'nothing')
  const traced = (): void => undefined
  const inherited = (): void => undefined
  Object.defineProperty(Derived.prototype, 'own', { value: traced, configurable: true })
  // Its name is that of a method of the base, which is public.
  Object.defineProperty(Derived.prototype, 'overridden', { value: inherited, configurable: true })
  Object.defineProperty(Base.prototype, 'getter', { get: () => inherited, configurable: true })
  expect(modeOf(handlerAccess(traced, Derived))).toBe('nothing')
  expect(modeOf(handlerAccess(inherited, Derived))).toBe('nothing')
  say('public', Derived)
  expect(modeOf(handlerAccess(traced, Derived))).toBe('public')
})

test('methods are found by name, the nearest of each; accessors, fields and constructors are none', () => {
  const { Base, Derived } = family('nothing', 'nothing')
  Object.defineProperty(Base.prototype, 'getter', { get: () => () => undefined, configurable: true })
  Object.defineProperty(Base.prototype, 'value', { value: 1, configurable: true })
  expect([...methodsOf(Derived)]).toEqual([
    ['own', Derived.prototype.own],
    ['overridden', Derived.prototype.overridden],
    ['inherited', Base.prototype.inherited],
  ])
  expect(classesOf(Derived)).toEqual([Derived, Base])
  expect(classesOf({})).toEqual([])
  expect(ownMethod(Derived, 'inherited')).toBeUndefined()
  const bound = Derived.bind(undefined)
  expect(ownMethod(bound, 'own')).toBeUndefined()
  expect([...methodsOf(() => undefined)]).toEqual([])
})

describe('what is written', () => {
  class Written {
    one(): void {}
    two(): void {}
  }
  afterEach(() => {
    for (const key of ['one', 'two'] as const) {
      for (const name of Reflect.getMetadataKeys(Written.prototype[key]) as string[])
        Reflect.deleteMetadata(name, Written.prototype[key])
      for (const name of Reflect.getMetadataKeys(Written.prototype, key) as string[])
        Reflect.deleteMetadata(name, Written.prototype, key)
    }
  })

  test.each([
    { says: ['public', 'optional'], own: 'optional' },
    { says: ['optional', 'public'], own: 'optional' },
    { says: ['public'], own: 'public' },
    { says: ['public', 'admin'], own: 'required admin' },
    { says: ['admin', 'public'], own: 'required admin' },
    { says: ['staff', 'admin'], own: 'required groups admin' },
    { says: ['public', 'guarded'], own: 'required' },
    { says: ['optional', 'guarded'], own: 'optional' },
    { says: [], own: 'nothing' },
  ] as const)('$says on one method is $own', ({ says, own }) => {
    for (const one of says) say(one, Written.prototype, 'one')
    expect(modeOf(ownAccess(Written.prototype.one))).toBe(own)
    expect(modeOf(ownAccess(Written.prototype.two))).toBe('nothing')
  })

  test('is known by class and name, too, whatever function is there later', () => {
    say('admin', Written.prototype, 'one')
    say('staff', Written.prototype, 'one')
    say('public', Written.prototype, 'two')
    expect(modeOf(writtenAccess(Written.prototype, 'one'))).toBe('required admin groups')
    expect(modeOf(writtenAccess(Written.prototype, 'two'))).toBe('public')
    class Derived extends Written {}
    expect(writtenAccess(Derived.prototype, 'one')).toBeUndefined()
    say('admin', Written)
    expect(modeOf(ownAccess(Written))).toBe('required admin')
    expect(Reflect.getMetadataKeys(Written)).toEqual(['cognito-auth:demands'])
    expect(Reflect.getMetadataKeys(Written.prototype)).toEqual([])
  })

  test('is under names that the other build of this package, and other versions of it, read too', () => {
    say('optional', Written.prototype, 'one')
    say('admin', Written.prototype, 'one')
    const names = ['mode', 'demands', 'written-mode', 'written-demands'].map((name) => `cognito-auth:${name}`)
    expect(Reflect.getOwnMetadataKeys(Written.prototype.one)).toEqual(expect.arrayContaining(names.slice(0, 2)))
    expect(Reflect.getOwnMetadataKeys(Written.prototype, 'one')).toEqual(names.slice(2))
    expect(Object.getOwnPropertySymbols(Guard.prototype)).toEqual([Symbol.for('cognito-auth:nestjs-guard')])
  })

  test('groups are checked at once', () => {
    expect(() => groupsDemand([])).toThrow(expect.objectContaining({ code: 'configuration' }))
    expect(REQUIRED).toEqual({ mode: 'required', demands: [] })
  })
})

test.each([
  { what: 'its class', guard: Guard, is: true },
  { what: 'an instance', guard: new Guard(), is: true },
  { what: 'a class that extends it', guard: class extends Guard {}, is: true },
  { what: 'another class', guard: Map, is: false },
  { what: 'another instance', guard: {}, is: false },
  { what: 'an arrow function', guard: () => true, is: false },
  { what: 'null', guard: null, is: false },
  { what: 'undefined', guard: undefined, is: false },
  { what: 'a text', guard: 'guard', is: false },
])('$what is our guard: $is', ({ guard, is }) => {
  expect(isOurGuard(guard)).toBe(is)
})
