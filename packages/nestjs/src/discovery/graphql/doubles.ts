/**
 * Finds fields of GraphQL for which an app has two resolvers that ask different things: Nest calls the one that it finds
 * last, and which that is depends on the order of providers and imports.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import { handlerAccess } from '../../access/stated.js'
import { type FieldMethod, fieldMethodsOf, resolverClassesOf } from './resolvers.js'
import { graphqlModulesOf } from './schema.js'

/** Compared by what it says; what says nothing is a matter of a guard for the whole app. */
function asked({ method, type }: FieldMethod): string {
  return JSON.stringify(handlerAccess(method, type) ?? {})
}

function asksSomething({ method, type }: FieldMethod): boolean {
  return (handlerAccess(method, type)?.mode ?? 'public') !== 'public'
}

/** @throws {ConfigurationError} naming a field of which one resolver asks something that another does not. */
export function checkDoubles(modules: ModulesContainer): void {
  for (const { options } of graphqlModulesOf(modules)) {
    const methods = fieldMethodsOf(resolverClassesOf(modules, options))
    for (const one of methods.filter(asksSomething)) {
      const different = methods.find((another) => another.field === one.field && asked(another) !== asked(one))
      if (different === undefined) continue
      throw new ConfigurationError(
        `${one.field} has two resolvers, of ${one.type.name} and of ${different.type.name}, which do not ask the same, and Nest calls one of them: take one out of the providers, or write the same on both`,
      )
    }
  }
}
