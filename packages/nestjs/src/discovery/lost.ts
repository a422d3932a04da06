/**
 * Detects what is written on a method and is not on the function that Nest calls: decorators keep it on the function,
 * which a decorator above, or an override, replaces. The route would be as open as if nothing were written.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import {
  type Access,
  bringsGuard,
  type Demand,
  guardsOn,
  methodAccess,
  ownAccess,
  REQUIRED,
  writtenAccess,
} from '../access/access.js'
import { isOurGuard } from '../access/brand.js'
import { classAccess, classesOf, type Decorated, handlerAccess, methodsOf, ownMethod } from '../access/stated.js'
import { hasGlobalGuard } from './global-guard.js'
import { classesIn, handlersOf, type Listed, typeOf } from './handlers.js'

/** Compared by what they say: an override may repeat what it overrides. */
function hasDemand(access: Access, wanted: Demand): boolean {
  return access.demands.some((demand) => JSON.stringify(demand) === JSON.stringify(wanted))
}

/** Whether each user whom `access` allows is allowed by `wanted`, too. */
export function isAsStrict(access: Access | undefined, wanted: Access): boolean {
  if (wanted.mode === 'public') return true
  if (access === undefined || access.mode === 'public') return false
  if (wanted.mode === 'required' && access.mode !== 'required') return false
  return wanted.demands.every((demand) => hasDemand(access, demand))
}

/** What stands on a method of a class in its source: our decorators', and `@UseGuards` of the function that is there. */
function accessInSource(type: Decorated, name: string): Access | undefined {
  const method = ownMethod(type, name)
  return (type.prototype && writtenAccess(type.prototype, name)) ?? (method && ownAccess(method))
}

const DECORATORS = { groups: '@RequireGroups()', scopes: '@RequireScopes()', admin: '@RequireAdmin()' } as const

/** Decorators as they are written. */
function describe({ mode, demands }: Access): string {
  if (mode === 'optional') return '@OptionalAuth()'
  const names = demands.map(({ kind }) => DECORATORS[kind])
  return names.length === 0 ? '@UseGuards(CognitoAuthGuard)' : [...new Set(names)].join(' and ')
}

const REPLACED =
  'an instance has another function in the place of the method, as bind() gives one. Leave the method as it is, put the decorators on the class, or copy the metadata of the method'

/**
 * @param isGlobal Whether a guard for the whole app asks where nothing is stated.
 * @returns What is wrong with a handler; `undefined` for nothing.
 */
export function findLoss(type: Decorated, name: string, handler: object, isGlobal: boolean): string | undefined {
  const [declaring, ...others] = classesOf(type).filter(
    (one) => ownMethod(one, name) !== undefined || accessInSource(one, name) !== undefined,
  )
  if (declaring === undefined) return undefined
  const own = methodAccess(handler)
  // An instance may have a function of its own in the place of the method, whose guards can be read then.
  const isMethod = ownMethod(declaring, name) === handler
  const written = isMethod ? writtenAccess(declaring.prototype, name) : accessInSource(declaring, name)
  if (written !== undefined && !isAsStrict(own, written)) {
    const why = isMethod
      ? 'a decorator above it replaced the method. Put the decorators of @cognito-auth/nestjs above that one'
      : REPLACED
    return `${describe(written)} of ${type.name}.${name} is lost: ${why}`
  }
  const stated = handlerAccess(handler, type)
  if (stated !== undefined && stated.mode !== 'public' && !isGlobal && !bringsGuard(handler, type)) {
    return `${describe(stated)} of ${type.name}.${name} is lost: what replaced the method, or the class, copied it without the guards that stood there. Put the decorators of @cognito-auth/nestjs above that, or copy all metadata`
  }
  // Whoever overrides a method and states something is taken at their word.
  if (own !== undefined) return undefined
  const asked = isGlobal ? REQUIRED : undefined
  // A function in the place of a method may have the name of another method, which a public class declares.
  const method = isMethod ? undefined : methodsOf(type).get(name)
  const ofMethod = method && (handlerAccess(method, type) ?? asked)
  if (ofMethod !== undefined && !isAsStrict(stated ?? asked, ofMethod)) {
    return `${describe(ofMethod)} of ${type.name}.${name} is lost: ${REPLACED}`
  }
  const overridden = others.find((one) => accessInSource(one, name) !== undefined)
  const wanted = overridden && accessInSource(overridden, name)
  const access = stated ?? asked
  if (overridden === undefined || wanted === undefined || isAsStrict(access, wanted)) return undefined
  return `${describe(wanted)} of ${overridden.name}.${name} is lost: ${type.name} overrides it. Write on the override what it asks, or @UseGuards(CognitoAuthGuard), or @Public()`
}

/** What is wanted, where `access` is not as strict. */
function lostAccess(access: Access | undefined, wanted: Access | undefined): Access | undefined {
  return wanted === undefined || isAsStrict(access, wanted) ? undefined : wanted
}

/**
 * A class decorator may put another object in the place of the class: a `Proxy`, or a function with its prototype. Nest
 * tells the guard the class that the prototype names. Guards on a class it makes for the one that is listed, and asks
 * those of one or the other, as its version has it: without a guard for the app both must say the same.
 */
function checkReplaced(modules: ModulesContainer, isGlobal: boolean): void {
  const wrappers = [...modules.values()].flatMap(({ controllers, providers }) => [
    ...controllers.values(),
    ...providers.values(),
  ])
  for (const { metatype, instance, isNotMetatype } of wrappers) {
    const type = typeOf(instance)
    if (type === undefined || isNotMetatype || typeof metatype !== 'function' || (metatype as object) === type) continue
    const [listed, named] = [classAccess(metatype), classAccess(type)]
    const lost = lostAccess(named, listed) ?? (isGlobal ? undefined : lostAccess(listed, named))
    if (lost === undefined) continue
    throw new ConfigurationError(
      `${describe(lost)} of ${type.name} is lost: a class decorator put another object in the place of the class. Put the decorators of @cognito-auth/nestjs on its methods, or below that one with a guard for the whole app, global: true`,
    )
  }
}

/** Decorators of Nest that are called without a descriptor write on the prototype, where Nest reads nothing. */
function checkPrototypes(type: Decorated): void {
  const misled = classesOf(type).find(({ prototype }) => prototype && guardsOn(prototype).some(isOurGuard))
  if (misled === undefined) return
  throw new ConfigurationError(
    `@UseGuards(CognitoAuthGuard) is on the prototype of ${misled.name}, where Nest does not ask it: it was called without the descriptor of a method`,
  )
}

/** @throws {ConfigurationError} naming a handler that would be called without what is written on it. */
export function checkLost(modules: ModulesContainer): void {
  const isGlobal = hasGlobalGuard(modules)
  const classes = classesIn(modules)
  for (const { type } of classes) checkPrototypes(type)
  checkReplaced(modules, isGlobal)
  const handlers = classes.flatMap((listed: Listed) =>
    [...handlersOf(listed)].map(([name, handler]) => ({ type: listed.type, name, handler })),
  )
  for (const { type, name, handler } of handlers) {
    const loss = findLoss(type, name, handler, isGlobal)
    if (loss !== undefined) throw new ConfigurationError(loss)
  }
}
