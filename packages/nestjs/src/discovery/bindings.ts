/**
 * Makes sure that Nest asks the guard where `@UseGuards` names it. Nest binds guards to classes that are listed among
 * providers; of one that comes out of a factory, and in Nest 10 of `{ provide, useClass }` too, it finds the gateway or
 * the resolver but not its guards, and calls it unguarded.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import { guardsOn } from '../access/access.js'
import { isOurGuard } from '../access/brand.js'
import { classesOf, type Decorated, methodsOf } from '../access/stated.js'

/** Nest's `GATEWAY_METADATA`, and `RESOLVER_TYPE_METADATA` of `@nestjs/graphql`: optional packages, the same in all majors. */
const IS_GATEWAY = 'websockets:is_gateway'
const RESOLVER_TYPE = 'graphql:resolver_type'

/** A module of the app. */
export type Module = ModulesContainer extends Map<string, infer Value> ? Value : never
type Wrapper = Module['providers'] extends Map<unknown, infer Value> ? Value : never

/** The class of a gateway; `undefined` for other providers. Nest, too, goes by the class that is provided. */
export function gatewayClassOf({ metatype }: Wrapper): Decorated | undefined {
  if (typeof metatype !== 'function' || Reflect.getMetadata(IS_GATEWAY, metatype) !== true) return undefined
  return metatype as Decorated
}

/** The class of a GraphQL resolver. Nest goes by instances here, however they were made. */
function resolverClassOf({ instance, isAlias }: Wrapper): Decorated | undefined {
  const type: unknown = typeof instance === 'object' && instance !== null ? instance.constructor : undefined
  if (isAlias || typeof type !== 'function') return undefined
  return [type, ...methodsOf(type).values()].some((one) => Reflect.hasMetadata(RESOLVER_TYPE, one)) ? type : undefined
}

/** Guards of ours on a class and its methods, as `@UseGuards` has them: classes, or guards that are made. */
export function ourGuardsOn(type: object): unknown[] {
  return [...classesOf(type), ...methodsOf(type).values()].flatMap(guardsOn).filter(isOurGuard)
}

/** Whether the module has made the guard. In a test it may be another in its place. */
function isMade(guard: unknown, module: Module): boolean {
  if (typeof guard !== 'function') return true
  const instance: unknown = module.injectables.get(guard)?.instance
  return instance !== undefined && instance !== null
}

/** Nest looks for the module of a resolver by its class; newer releases look for the provider that holds it. */
function isBound(guard: unknown, wrapper: Wrapper, type: Decorated): boolean {
  if (typeof guard !== 'function' || wrapper.token === type) return true
  return wrapper.getEnhancersMetadata()?.some(({ token }) => token === guard) ?? false
}

/**
 * @throws {ConfigurationError} naming a gateway or resolver whose guard Nest would not ask.
 */
export function checkBindings(modules: ModulesContainer): void {
  const providers = [...modules.values()].flatMap((module) =>
    [...module.providers.values()].map((wrapper) => ({ module, wrapper })),
  )
  for (const { module, wrapper } of providers) {
    const gateway = gatewayClassOf(wrapper)
    const type = gateway ?? resolverClassOf(wrapper)
    if (type === undefined) continue
    const guards = ourGuardsOn(type)
    const isAsked = (one: Wrapper, by: Module): boolean =>
      guards.every((guard) => isMade(guard, by) && (gateway !== undefined || isBound(guard, one, type)))
    // A factory may hand on a resolver that is a provider itself.
    const same = gateway === undefined ? providers.filter((one) => one.wrapper.instance === wrapper.instance) : []
    if (isAsked(wrapper, module) || same.some((one) => isAsked(one.wrapper, one.module))) continue
    throw new ConfigurationError(
      `Nest would not ask the guard of ${type.name}: list the class itself among the providers of its module, not { provide, useClass } or { provide, useFactory }`,
    )
  }
}
