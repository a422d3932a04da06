/**
 * Detects what is asked of a method out of which a decorator made the handlers: `@TsRestHandler(contract)` makes
 * `handler_getPost` and `handler_updatePost` out of `handler`, with what stands below it. What stands above is asked of
 * nobody, and the routes would be as open as if it were not written.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import { type Access, guardsOn, ownAccess, REQUIRED } from '../access/access.js'
import { classAccess, methodsOf } from '../access/stated.js'
import { hasGlobalGuard } from './global-guard.js'
import { classesIn, handlerMethodsOf } from './handlers.js'
import { isAsStrict } from './lost.js'

/**
 * Whether a handler has what stands on a method: as its prototype, with all that is ever written there, or the very same
 * objects, since each decorator makes its own.
 */
function isCarried(method: object, { demands }: Access, handler: object): boolean {
  if (Object.getPrototypeOf(handler) === method) return true
  if (demands.length === 0) return guardsOn(handler) === guardsOn(method)
  const copied = ownAccess(handler)?.demands ?? []
  return demands.every((demand) => copied.includes(demand))
}

/** @throws {ConfigurationError} naming a method that asks something which the handlers made out of it do not. */
export function checkMadeHandlers(modules: ModulesContainer): void {
  const asked = hasGlobalGuard(modules) ? REQUIRED : undefined
  for (const { type } of classesIn(modules).filter(({ isController }) => isController)) {
    const handlers = handlerMethodsOf(type)
    for (const [name, method] of methodsOf(type)) {
      const access = ownAccess(method)
      if (access === undefined || handlers.has(name) || isAsStrict(classAccess(type) ?? asked, access)) continue
      const made = [...handlers].filter(([other]) => other.startsWith(`${name}_`))
      if (made.every(([, handler]) => isCarried(method, access, handler))) continue
      throw new ConfigurationError(
        `Nest would not ask the guard of ${type.name}.${name}, out of which a decorator below it made handlers: put the decorators of @cognito-auth/nestjs below that one, or on the class`,
      )
    }
  }
}
