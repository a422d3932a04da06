/**
 * Finds our decorators where Nest asks no guard: they would do nothing, without a word.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import { classesOf, statedAccess } from '../access.js'
import { type Decorated, methodsOf } from './bindings.js'
import { gatewaysOf, isMessageHandler } from './gateways.js'

/** Metadata of `@ResolveField` and `@ResolveReference`, and of `@Query` and its like: optional packages, the same in all majors. */
const FIELD_RESOLVERS = ['graphql:resolve_property', 'graphql:resolve_reference']
const RESOLVER_TYPE = 'graphql:resolver_type'
/** Nest's `GRAPHQL_MODULE_OPTIONS`. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions'

/** Whether a method or class asks anything of people. `@Public()` does not. */
function asksOn(levels: readonly object[]): boolean {
  const access = statedAccess(levels)
  return access !== undefined && access.mode !== 'public'
}

/** The classes of all providers that are objects. */
function providedTypes(modules: ModulesContainer): Set<Decorated> {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()])
  const types = providers.map(({ instance }) => (instance as { constructor?: unknown } | null | undefined)?.constructor)
  return new Set(types.filter((type): type is (new () => object) & Decorated => typeof type === 'function'))
}

/** Whether every GraphQL module of the app asks guards for field resolvers too. */
function asksForFields(modules: ModulesContainer): boolean {
  const options = [...modules.values()]
    .map((module) => module.providers.get(GRAPHQL_OPTIONS)?.instance as unknown)
    .filter((one): one is { fieldResolverEnhancers?: readonly string[] } => typeof one === 'object' && one !== null)
  return options.every(({ fieldResolverEnhancers }) => fieldResolverEnhancers?.includes('guards') === true)
}

/** A field resolver that asks something, or a class that does and resolves nothing but fields. */
function unguardedField(type: Decorated): string | undefined {
  const methods = methodsOf(type)
  const fields = methods.filter((method) => FIELD_RESOLVERS.some((key) => Reflect.hasMetadata(key, method)))
  const field = fields.find((method) => asksOn([method])) as { readonly name: string } | undefined
  if (field !== undefined) return `${type.name}.${field.name}`
  const hasOperations = methods.some((method) => Reflect.hasMetadata(RESOLVER_TYPE, method))
  const isFieldsOnly = fields.length > 0 && !hasOperations
  return isFieldsOnly && asksOn(classesOf(type)) ? type.name : undefined
}

/**
 * @throws {ConfigurationError} naming a field resolver or a method of a gateway for which Nest would not ask the guard
 * that is on it.
 */
export function checkUnguarded(modules: ModulesContainer): void {
  if (!asksForFields(modules)) {
    for (const type of providedTypes(modules)) {
      const field = unguardedField(type)
      if (field === undefined) continue
      throw new ConfigurationError(
        `Nest would not ask the guard of ${field}: it asks guards for field resolvers only with fieldResolverEnhancers: ['guards'] in the options of GraphQLModule`,
      )
    }
  }
  for (const { type } of gatewaysOf(modules)) {
    const method = methodsOf(type).find((one) => !isMessageHandler(one) && asksOn([one]))
    if (method === undefined) continue
    throw new ConfigurationError(
      `Nest would not ask the guard of ${type.name}.${(method as { readonly name: string }).name}, which is no @SubscribeMessage() handler: put the decorator on ${type.name}, whose connections it then protects`,
    )
  }
}
