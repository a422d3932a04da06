/**
 * Finds handlers that ask for scopes, for apps in which no token has any.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import { ownAccess } from '../access/access.js'
import { classesOf, methodsOf } from '../access/stated.js'
import { classesIn } from './handlers.js'

function asksForScopes(target: object): boolean {
  return ownAccess(target)?.demands.some(({ kind }) => kind === 'scopes') ?? false
}

/** @throws {ConfigurationError} naming a class that asks for scopes, under `groupsClaim`. */
export function refuseScopes(modules: ModulesContainer): void {
  const found = classesIn(modules).find(({ type }) =>
    [...classesOf(type), ...methodsOf(type).values()].some(asksForScopes),
  )
  if (found === undefined) return
  throw new ConfigurationError(
    `@RequireScopes() of ${found.type.name} and groupsClaim cannot be used together: no access token is read`,
  )
}
