/**
 * Finds what is asked where there is no handler: on a module, or on services and their methods. Nest asks guards before it
 * calls a handler, and never for what handlers, or other services, call.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import { ownAccess } from '../access/access.js'
import { type Decorated, methodsOf } from '../access/stated.js'
import { warn } from '../warn.js'
import { classesIn, handlerMethodsOf } from './handlers.js'

/** What compilers and our decorators write on a method. Others may make a handler of it in a way of their own. */
const NO_HANDLER = /^(design:|cognito-auth:|__guards__$|__exceptionFilters__$)/

/** Metadata of `@WebSocketGateway()` and `@Resolver()`. */
const CLASSES = ['websockets:is_gateway', 'graphql:resolver_type']

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

/** What Nest asks the guard of a class for without a method of it: connections to gateways. Guards bring ours with them. */
function isToBeAsked(type: Decorated): boolean {
  return CLASSES.some((key) => Reflect.hasMetadata(key, type)) || methodsOf(type).has('canActivate')
}

/** Whether a class asks something, and no method of it is a handler, or could be made one. */
function asksInVain(type: Decorated): boolean {
  const methods = [...methodsOf(type)]
  return (
    asks(type) && !isToBeAsked(type) && methods.every(([name, method]) => isNoHandler(type.prototype, name, method))
  )
}

/** Warns of services, and methods of theirs, that ask something: whoever calls them is not asked. */
export function warnOfServices(modules: ModulesContainer): void {
  const services = classesIn(modules).filter(({ isController }) => !isController)
  const names = services.flatMap(({ type }) => {
    const methods = [...methodsOf(type)].filter(
      ([name, method]) => asks(method) && isNoHandler(type.prototype, name, method),
    )
    return [...(asksInVain(type) ? [type.name] : []), ...methods.map(([name]) => `${type.name}.${name}`)]
  })
  if (names.length === 0) return
  warn(
    `The decorators of @cognito-auth/nestjs ask nothing on services and methods that are no handlers: ${names.join(', ')}. Put them on the handlers that call these`,
    'COGNITO_AUTH_NO_HANDLER',
  )
}
