/**
 * Which routes of Express or Fastify lead to a handler of Nest, which the guard is asked for; all others (Swagger's
 * pages, static files, what is not found) are reached past it.
 *
 * @module
 */

import type { AbstractHttpAdapter } from '@nestjs/core'

/** Nest's `PATH_METADATA`, which it copies to what it registers; `httpAdapter.get(path, handler)` of others has none. */
const PATH = 'path'

/** What Nest registers handlers with. */
const VERBS = [
  'get',
  'post',
  'put',
  'patch',
  'delete',
  'all',
  'options',
  'head',
  'search',
  'query',
  'propfind',
  'proppatch',
  'mkcol',
  'copy',
  'move',
  'lock',
  'unlock',
]

/** Calls `around` in the place of each registration of a handler, with the function that registers it. */
export function watchHandlers(adapter: AbstractHttpAdapter, around: (register: () => unknown) => unknown): void {
  const verbs = adapter as unknown as { [name: string]: ((...given: unknown[]) => unknown) | undefined }
  for (const verb of VERBS) {
    const register = verbs[verb]
    if (typeof register !== 'function') continue
    verbs[verb] = (...given) => {
      const handler = given.at(-1)
      const isHandler = typeof handler === 'function' && Reflect.hasMetadata(PATH, handler)
      return isHandler ? around(() => register.apply(adapter, given)) : register.apply(adapter, given)
    }
  }
}

/** What we use of a route in Express's stack. */
interface Layer {
  readonly name?: string
  readonly route?: {
    _handlesMethod?(method: string): boolean
    _handles_method?(method: string): boolean
  }
  match(path: string): boolean
}

interface Router {
  readonly stack: Layer[]
}

/** Express 4 has `_router`, once something was used, and a `router` that throws. */
function stackOf(instance: { readonly _router?: Router; readonly router?: Router }): Layer[] {
  // eslint-disable-next-line no-underscore-dangle -- Express's name
  return (instance._router ?? instance.router)?.stack ?? []
}

function handles({ route }: Layer, method: string): boolean {
  // eslint-disable-next-line no-underscore-dangle -- Express's names: of 5, and of 4
  return route?._handlesMethod?.(method) ?? route?._handles_method?.(method) ?? false
}

/** The routes of an app on Express. */
export class ExpressRoutes {
  readonly #instance: object
  readonly #handlers = new Set<Layer>()

  constructor(adapter: AbstractHttpAdapter) {
    this.#instance = adapter.getInstance<object>()
    watchHandlers(adapter, (register) => {
      const known = new Set(stackOf(this.#instance))
      const registered = register()
      for (const layer of stackOf(this.#instance)) if (!known.has(layer)) this.#handlers.add(layer)
      return registered
    })
  }

  /**
   * Puts what was used last before everything but what Express 4 begins with.
   *
   * @returns Whether the routes were found: what passes for Express may keep them elsewhere.
   */
  moveLastToFront(): boolean {
    const stack = stackOf(this.#instance)
    const last = stack.pop()
    const begin = stack.findLastIndex(({ name }) => name === 'query' || name === 'expressInit') + 1
    if (last !== undefined) stack.splice(begin, 0, last)
    return last !== undefined
  }

  /** Whether a path may lead to a handler; something else may answer first. */
  leadToHandler(method: string, path: string): boolean {
    try {
      return [...this.#handlers].some((layer) => layer.match(path) && handles(layer, method))
    } catch {
      // Express cannot decode the path, and routes it nowhere.
      return false
    }
  }
}

/** What a route's own `config` says of those that are handlers; Fastify binds their functions. */
const IS_HANDLER = Symbol('cognito-auth:is-handler')

interface RouteConfig {
  readonly [IS_HANDLER]?: boolean
}

/** What we use of Fastify. */
export interface FastifyInstance {
  addHook(name: 'onRoute', hook: (route: { config?: RouteConfig }) => void): unknown
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: FastifyReply, done: () => void) => void): unknown
  after(next: (error: unknown, done: (error: unknown) => void) => void): unknown
}

export interface FastifyRequest {
  readonly raw: object
  readonly originalUrl: string
  readonly routeOptions: { readonly config?: RouteConfig }
}

export interface FastifyReply {
  readonly raw: object
  hijack(): unknown
}

/** Marks the routes of an app on Fastify, which has found the one of a request before its first hook. */
export function markHandlers(adapter: AbstractHttpAdapter): void {
  let isHandler = false
  adapter.getInstance<FastifyInstance>().addHook('onRoute', (route) => {
    if (isHandler) route.config = { ...route.config, [IS_HANDLER]: true }
  })
  watchHandlers(adapter, (register) => {
    isHandler = true
    try {
      return register()
    } finally {
      isHandler = false
    }
  })
}

/** Whether Fastify has found a handler for a request. */
export function leadsToHandler({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config?.[IS_HANDLER] === true
}
