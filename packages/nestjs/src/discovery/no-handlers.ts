/**
 * Finds what is asked where there is no handler: on a module, or on methods of services. Nest asks guards before it
 * calls a handler, and never for what handlers, or other services, call.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import { ownAccess } from '../access/access.js'
import { methodsOf } from '../access/stated.js'
import { warn } from '../warn.js'
import { classesIn, handlerMethodsOf } from './handlers.js'

/** What compilers and our decorators write on a method. Others may make a handler of it in a way of their own. */
const NO_HANDLER = /^(design:|cognito-auth:|__guards__$|__exceptionFilters__$)/

function asks(target: object): boolean {
  return (ownAccess(target)?.mode ?? 'public') !== 'public'
}

function isNoHandler(prototype: object, name: string, method: object): boolean {
  const keys: unknown[] = [...Reflect.getMetadataKeys(method), ...Reflect.getMetadataKeys(prototype, name)]
  return keys.every((key) => typeof key === 'string' && NO_HANDLER.test(key))
}

/** @throws {ConfigurationError} naming a module that asks something: its controllers know nothing of that. */
export function checkModuleClasses(modules: ModulesContainer): void {
  for (const { metatype } of modules.values()) {
    // A class may be a module and its own controller.
    if (!asks(metatype) || handlerMethodsOf(metatype).size > 0) continue
    throw new ConfigurationError(
      `Nest would not ask the guard of ${metatype.name}, which is a module: put the decorators of @cognito-auth/nestjs on its controllers, resolvers and gateways, or protect the whole app with global: true`,
    )
  }
}

/** Warns of methods of services that ask something: whoever calls them is not asked. */
export function warnOfServices(modules: ModulesContainer): void {
  const services = classesIn(modules).filter(({ isController }) => !isController)
  const names = services.flatMap(({ type }) =>
    [...methodsOf(type)]
      .filter(([name, method]) => asks(method) && isNoHandler(type.prototype, name, method))
      .map(([name]) => `${type.name}.${name}`),
  )
  if (names.length === 0) return
  warn(
    `The decorators of @cognito-auth/nestjs ask nothing on methods that are no handlers: ${names.join(', ')}. Put them on the handlers that call these`,
    'COGNITO_AUTH_NO_HANDLER',
  )
}
