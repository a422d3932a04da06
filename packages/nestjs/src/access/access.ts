/**
 * What a handler or class asks of its users, as our decorators wrote it there.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import { checkGroups, checkScopes } from '@cognito-auth/core/adapter'
import { isOurGuard } from './brand.js'

/** One thing more that is asked of a user whom the rules allow. */
export type Demand =
  | { readonly kind: 'groups'; readonly groups: readonly string[] }
  | { readonly kind: 'scopes'; readonly scopes: readonly string[] }
  | { readonly kind: 'admin' }

/** Whether a user is needed: no (`public`), anonymous requests pass too (`optional`), or yes (`required`). */
export interface Access {
  readonly mode: 'public' | 'optional' | 'required'
  readonly demands: readonly Demand[]
}

/** A user whom the rules allow, and nothing more. */
export const REQUIRED: Access = { mode: 'required', demands: [] }

const MODE = 'cognito-auth:mode'
const DEMANDS = 'cognito-auth:demands'
/** What is written on a method, by class and method name: a decorator above ours may replace the function. */
const WRITTEN_MODE = 'cognito-auth:written-mode'
const WRITTEN_DEMANDS = 'cognito-auth:written-demands'
/** Where Nest's `@UseGuards` keeps its list: `GUARDS_METADATA`, which each major exports from another place. */
const GUARDS = '__guards__'

/** A decorator for a handler or a class. */
export type AccessDecorator = MethodDecorator & ClassDecorator

type Key = string | symbol | undefined

/**
 * The descriptor of what is decorated; `undefined` for a class. Libraries that make handlers, and `applyDecorators()` on
 * a property, decorate without one: what is written on the prototype then is read by nobody, and the handler is open.
 *
 * @throws {ConfigurationError} for what is no method of the class itself: Nest asks no guard there.
 */
export function descriptorOf(target: object, key: Key, given?: PropertyDescriptor): PropertyDescriptor | undefined {
  if (key === undefined) return undefined
  const descriptor = given ?? Object.getOwnPropertyDescriptor(target, key)
  if (typeof descriptor?.value === 'function') return descriptor
  const type = (typeof target === 'function' ? target : target.constructor) as { readonly name: string } | undefined
  throw new ConfigurationError(
    `${type?.name ?? 'Object'}.${String(key)} is no method of its class: the decorators of @cognito-auth/nestjs are for methods and classes. A property of GraphQL needs a @ResolveField() method`,
  )
}

/** Adds what a decorator says to what is there, on a class, or on a method and under its name. */
function mark<Value>(
  names: { readonly own: string; readonly written: string },
  add: (known: Value | undefined) => Value,
): AccessDecorator {
  return (target: object, key?: Key, given?: PropertyDescriptor) => {
    const descriptor = descriptorOf(target, key, given)
    const on = descriptor === undefined ? target : (descriptor.value as object)
    Reflect.defineMetadata(names.own, add(Reflect.getOwnMetadata(names.own, on) as Value | undefined), on)
    if (descriptor === undefined || key === undefined) return
    const written = Reflect.getOwnMetadata(names.written, target, key) as Value | undefined
    Reflect.defineMetadata(names.written, add(written), target, key)
  }
}

/** Writes that handlers are public, or optional. Both on one target: the stricter of the two. */
export function markMode(mode: 'public' | 'optional'): AccessDecorator {
  return mark<Access['mode']>({ own: MODE, written: WRITTEN_MODE }, (known) => (known === 'optional' ? known : mode))
}

/** Adds a demand; those that are there stay. */
export function markDemand(demand: Demand): AccessDecorator {
  return mark<readonly Demand[]>({ own: DEMANDS, written: WRITTEN_DEMANDS }, (known = []) => [...known, demand])
}

/**
 * Membership of any of the groups.
 *
 * @throws {ConfigurationError} without a group, here, so that a mistake stops the app at start.
 */
export function groupsDemand(groups: readonly string[]): Demand {
  return { kind: 'groups', groups: checkGroups(groups) }
}

/**
 * Every one of the scopes.
 *
 * @throws {ConfigurationError} without a scope, and for what cannot be one, here, so that a mistake stops the app at start.
 */
export function scopesDemand(scopes: readonly string[]): Demand {
  return { kind: 'scopes', scopes: checkScopes(scopes, {}, '@RequireScopes()') }
}

/** What `@UseGuards` lists on one handler or class itself. */
export function guardsOn(target: object): readonly unknown[] {
  return (Reflect.getOwnMetadata(GUARDS, target) as readonly unknown[] | undefined) ?? []
}

/** Whether Nest finds our guard for a handler, on itself or on its class, as it looks for it. */
export function bringsGuard(handler: object, type: object): boolean {
  return [handler, type].some((one) => {
    const guards = Reflect.getMetadata(GUARDS, one) as readonly unknown[] | undefined
    return guards?.some(isOurGuard) ?? false
  })
}

/** A demand, or the guard, beside `@Public()` wins: the mistake must not open the route. `@OptionalAuth()` brings the guard. */
function accessFrom(
  mode: Access['mode'] | undefined,
  demands: readonly Demand[],
  isGuarded: boolean,
): Access | undefined {
  if (demands.length > 0 || (isGuarded && mode !== 'optional')) return { mode: 'required', demands }
  return mode && { mode, demands }
}

/** What is written on one handler or class itself; `undefined` for nothing. */
export function ownAccess(target: object): Access | undefined {
  const mode = Reflect.getOwnMetadata(MODE, target) as Access['mode'] | undefined
  const demands = (Reflect.getOwnMetadata(DEMANDS, target) as readonly Demand[] | undefined) ?? []
  return accessFrom(mode, demands, guardsOn(target).some(isOurGuard))
}

/**
 * What is written on a method, and on one that it was made out of: `@Implement(contract)` of oRPC makes that its prototype,
 * and Nest, too, finds guards along the prototypes of functions.
 */
export function methodAccess(method: object): Access | undefined {
  const source: unknown = Object.getPrototypeOf(method)
  const isMade = typeof source === 'function' && source !== Function.prototype
  return ownAccess(method) ?? (isMade ? methodAccess(source) : undefined)
}

/** What our decorators wrote on a method of this class itself, whatever function is there now; `undefined` for nothing. */
export function writtenAccess(prototype: object, key: string): Access | undefined {
  const mode = Reflect.getOwnMetadata(WRITTEN_MODE, prototype, key) as Access['mode'] | undefined
  const demands = (Reflect.getOwnMetadata(WRITTEN_DEMANDS, prototype, key) as readonly Demand[] | undefined) ?? []
  return accessFrom(mode, demands, false)
}
