/**
 * The classes of an app, and which of their methods Nest calls for a request or a message.
 *
 * @module
 */

import type { ModulesContainer } from '@nestjs/core'
import { type Decorated, methodsOf } from '../access/stated.js'

/**
 * What Nest's decorators write on handlers, the same in all majors: `@Get()` and its like, `@Query()` and its like,
 * `@ResolveField()`, `@ResolveReference()`, `@SubscribeMessage()`, `@MessagePattern()` and `@EventPattern()`.
 */
const HANDLERS = [
  'path',
  'graphql:resolver_type',
  'graphql:resolve_property',
  'graphql:resolve_reference',
  'websockets:message_mapping',
  'microservices:pattern',
]

/** A class of the app, with its instance where one serves all requests. */
export interface Listed {
  readonly type: Decorated
  readonly instance: object | undefined
  readonly isController: boolean
}

/** Nest goes by instances, however they were made. Some are proxies that throw when a member is read. */
export function typeOf(instance: unknown): Decorated | undefined {
  if (typeof instance !== 'object' || instance === null) return undefined
  const prototype = Object.getPrototypeOf(instance) as object | null
  const type: unknown = prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return typeof type === 'function' && type !== Object ? (type as Decorated & typeof type) : undefined
}

/** The classes of all controllers and providers, each once; one that is both is a controller, which Nest routes to. */
export function classesIn(modules: Pick<ModulesContainer, 'values'>): Listed[] {
  const found = new Map<Decorated, Listed>()
  for (const kind of ['controllers', 'providers'] as const) {
    for (const wrapper of [...modules.values()].flatMap((module) => [...module[kind].values()])) {
      const instance: unknown = wrapper.instance
      const type = typeOf(instance)
      if (type === undefined || found.has(type)) continue
      const isShared = wrapper.isDependencyTreeStatic()
      found.set(type, {
        type,
        instance: isShared ? (instance as object) : undefined,
        isController: kind === 'controllers',
      })
    }
  }
  return [...found.values()]
}

/** Whether Nest calls a method for a request or a message. */
function isHandler(method: object): boolean {
  return HANDLERS.some((name) => Reflect.hasMetadata(name, method))
}

/** The function that Nest calls on an instance in the place of a method: it reads the member, which may be an accessor. */
export function calledOn(instance: object, name: string, method: object): object {
  const own: unknown = (instance as { readonly [name: string]: unknown })[name]
  return typeof own === 'function' ? own : method
}

/** The methods of a class that Nest calls for a request or a message, by name. */
export function handlerMethodsOf(type: Decorated): ReadonlyMap<string, object> {
  return new Map([...methodsOf(type)].filter(([, method]) => isHandler(method)))
}

/**
 * The handlers of a class by name, each the function that Nest calls: in controllers that of the instance, which may
 * have one of its own.
 */
export function handlersOf({ type, instance, isController }: Listed): ReadonlyMap<string, object> {
  const methods = handlerMethodsOf(type)
  if (!isController || instance === undefined) return methods
  return new Map([...methods].map(([name, method]) => [name, calledOn(instance, name, method)]))
}
