/**
 * What is made for each request is checked for each request: a constructor may put a function in the place of a handler,
 * `this.all = this.all.bind(this)`, and Nest reads guards off that. Of what serves all requests this is known at start.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import type { Decorated } from '../access/stated.js'
import { graphqlExceptionOf, logError } from '../transports/exceptions.js'
import type { Module } from './bindings.js'
import { calledOn, handlerMethodsOf, typeOf } from './handlers.js'
import { findLoss } from './lost.js'

type Wrapper = Module['providers'] extends Map<unknown, infer Value> ? Value : never

/** A handler that answers 500, whoever asks; the log says why. */
function refuse(loss: string): () => never {
  return () => {
    const error = new ConfigurationError(loss)
    logError(error)
    // The kind for GraphQL, which is an ordinary one over HTTP.
    throw graphqlExceptionOf(error)
  }
}

/** Puts a refusal in the place of each handler that would be called without what is written on its method. */
function checkInstance(
  instance: object,
  type: Decorated,
  methods: ReadonlyMap<string, object>,
  isGlobal: boolean,
): void {
  for (const [name, method] of methods) {
    const called = calledOn(instance, name, method)
    const loss = called === method ? undefined : findLoss(type, name, called, isGlobal)
    if (loss === undefined) continue
    Object.defineProperty(instance, name, { value: refuse(loss), configurable: true, writable: true })
  }
}

/** Nest gets each instance out of its wrapper before it reads guards off the handler: nothing else sees it in time. */
function watch(wrapper: Wrapper, type: Decorated, isGlobal: boolean): void {
  const methods = handlerMethodsOf(type)
  if (methods.size === 0) return
  const find = wrapper.getInstanceByContextId.bind(wrapper)
  wrapper.getInstanceByContextId = (...given) => {
    const host = find(...given)
    const instance: unknown = host.instance
    if (typeof instance === 'object' && instance !== null) checkInstance(instance, type, methods, isGlobal)
    return host
  }
}

/** Has requests refused with 500 whose controller or resolver lost what is written on its methods. */
export function watchPerRequest(modules: ModulesContainer, isGlobal: boolean): void {
  for (const { controllers, providers } of modules.values()) {
    for (const wrapper of [...controllers.values(), ...providers.values()]) {
      const type = wrapper.isDependencyTreeStatic() ? undefined : typeOf(wrapper.instance)
      if (type !== undefined) watch(wrapper, type, isGlobal)
    }
  }
}
