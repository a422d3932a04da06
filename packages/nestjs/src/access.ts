/**
 * What a route asks of its users, as decorators wrote it on handlers and classes.
 *
 * @module
 */

import { checkGroups } from '@cognito-auth/core/adapter'

/** One thing more that is asked of a user who may come in. */
export type Demand = { readonly kind: 'groups'; readonly groups: readonly string[] } | { readonly kind: 'admin' }

/** Whether a user is needed: no (`public`), anonymous people are welcome too (`optional`), or yes (`required`). */
export interface Access {
  readonly mode: 'public' | 'optional' | 'required'
  readonly demands: readonly Demand[]
}

/** A user who may come in, and nothing more. */
export const REQUIRED: Access = { mode: 'required', demands: [] }

const MODE = 'cognito-auth:mode'
const DEMANDS = 'cognito-auth:demands'
/** What marks a guard as ours, whichever build of this package it comes from: `instanceof` knows one of them only. */
const OUR_GUARD = Symbol.for('cognito-auth:nestjs-guard')
/** Where Nest's `@UseGuards` keeps its list: `GUARDS_METADATA`, which each major exports from another place. */
const GUARDS = '__guards__'

/** A decorator for a handler or a class. */
export type AccessDecorator = MethodDecorator & ClassDecorator

/** Marks the class of a guard, and all that extend it, as ours. */
export function markAsOurGuard(type: { readonly prototype: object }): void {
  Object.defineProperty(type.prototype, OUR_GUARD, { value: true })
}

/** Whether an entry of `@UseGuards` is our guard: its class, one that extends it, or an instance. */
export function isOurGuard(guard: unknown): boolean {
  const carrier: unknown = typeof guard === 'function' ? guard.prototype : guard
  return typeof carrier === 'object' && carrier !== null && OUR_GUARD in carrier
}

/** The object that metadata of a decorated handler or class belongs to. */
function targetOf(target: object, descriptor: PropertyDescriptor | undefined): object {
  return descriptor === undefined ? target : (descriptor.value as object)
}

/** Writes that handlers are public, or optional. */
export function markMode(mode: 'public' | 'optional'): AccessDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const on = targetOf(target, descriptor)
    // Both on one target: the stricter of the two.
    if (Reflect.getOwnMetadata(MODE, on) !== 'optional') Reflect.defineMetadata(MODE, mode, on)
  }
}

/** Adds a demand; those that are there stay. */
export function markDemand(demand: Demand): AccessDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor) => {
    const on = targetOf(target, descriptor)
    Reflect.defineMetadata(DEMANDS, [...ownDemands(on), demand], on)
  }
}

/** Membership of any of the groups, checked here so that a mistake stops the app at start. */
export function groupsDemand(groups: readonly string[]): Demand {
  return { kind: 'groups', groups: checkGroups(groups) }
}

function ownDemands(target: object): readonly Demand[] {
  return (Reflect.getOwnMetadata(DEMANDS, target) as readonly Demand[] | undefined) ?? []
}

/** What `@UseGuards` lists on one handler or class itself. */
export function guardsOn(target: object): readonly unknown[] {
  return (Reflect.getOwnMetadata(GUARDS, target) as readonly unknown[] | undefined) ?? []
}

/** What is written on one handler or class itself; `undefined` for nothing. */
function ownAccess(target: object): Access | undefined {
  const demands = ownDemands(target)
  const mode = Reflect.getOwnMetadata(MODE, target) as Access['mode'] | undefined
  const isGuarded = guardsOn(target).some(isOurGuard)
  // A demand, or the guard, beside @Public() wins: the mistake must not open the route. @OptionalAuth() brings the guard.
  const isRequired = demands.length > 0 || (isGuarded && mode !== 'optional')
  if (isRequired) return { mode: 'required', demands }
  return mode && { mode, demands }
}

/** A class and those that it extends, nearest first. */
export function classesOf(type: object): object[] {
  const classes: object[] = []
  for (let one: unknown = type; typeof one === 'function' && one !== Function.prototype;) {
    classes.push(one)
    one = Object.getPrototypeOf(one)
  }
  return classes
}

/**
 * What is asked, all levels together. The nearest level wins between open and protected; demands of all levels up to
 * the nearest open one add up: a class for `staff` with a handler for admins needs both.
 *
 * @param levels Nearest first: the handler, its class, the classes that it extends.
 * @returns `undefined` where no level says anything.
 */
export function statedAccess(levels: readonly object[]): Access | undefined {
  const stated = levels.map((level) => ownAccess(level)).filter((access) => access !== undefined)
  const open = stated.findIndex((access) => access.mode !== 'required')
  if (open === 0 || stated.length === 0) return stated[0]
  const counting = open === -1 ? stated : stated.slice(0, open)
  return { mode: 'required', demands: counting.flatMap((access) => access.demands) }
}
