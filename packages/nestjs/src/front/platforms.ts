/**
 * Runs something before all else that happens to a request: before bodies are read, static files, and whatever was
 * registered before.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { ConfigurationError } from '@cognito-auth/core'
import type { AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core'
import {
  ExpressRoutes,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  leadsToHandler,
  markHandlers,
} from './routes.js'

/** A request on its way in. */
export interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The whole path as sent, with query. */
  readonly asSent: string
  /** The whole path by which it will be routed: the app may have rewritten it. */
  readonly asRouted: string
  /** Whether it may reach a handler of Nest. */
  leadsToHandler(): boolean
}

/** Whether a request goes on; `false` where it was answered. Never rejects. */
export type Check = (call: Call) => boolean | Promise<boolean>

/** What Express adds to a request. */
interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string
  readonly baseUrl?: string
}

function onExpress(adapter: AbstractHttpAdapter, check: Check, isRequired: boolean): void {
  const routes = new ExpressRoutes(adapter)
  const first = (request: ExpressRequest, response: ServerResponse, next: () => void): void => {
    const { method = '', url = '/', originalUrl = url, baseUrl = '' } = request
    const goesOn = check({
      request,
      response,
      asSent: originalUrl,
      asRouted: baseUrl + url,
      leadsToHandler: () => routes.leadToHandler(method, url.replace(/\?.*$/s, '')),
    })
    if (goesOn === true) next()
    else if (goesOn !== false) void goesOn.then((isAllowed) => isAllowed && next())
  }
  adapter.use(first)
  const isFirst = routes.moveLastToFront()
  if (isRequired && !isFirst) throw new ConfigurationError('everything: true does not know this Express')
}

/**
 * Hooks run in their order, and Nest has registered the one that runs middleware before any module is made. Fastify's
 * own list is what there is to change that; without it, middleware that answers would come first.
 *
 * @returns Whether the list was found.
 */
function moveHookToFront(instance: object, hook: unknown): boolean {
  const symbol = Object.getOwnPropertySymbols(instance).find(({ description }) => description === 'fastify.hooks')
  const hooks =
    symbol && (instance as { readonly [name: symbol]: { readonly onRequest: unknown[] } | undefined })[symbol]
  const index = hooks?.onRequest.indexOf(hook) ?? -1
  if (hooks === undefined || index === -1) return false
  hooks.onRequest.splice(index, 1)
  hooks.onRequest.unshift(hook)
  return true
}

function onFastify(adapter: AbstractHttpAdapter, check: Check, isRequired: boolean): void {
  markHandlers(adapter)
  const instance = adapter.getInstance<FastifyInstance>()
  const first = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const raw = request.raw as IncomingMessage
    const goesOn = check({
      request: raw,
      response: reply.raw as ServerResponse,
      asSent: request.originalUrl,
      asRouted: raw.url ?? '/',
      leadsToHandler: () => leadsToHandler(request),
    })
    const go = (isAllowed: boolean): unknown => (isAllowed ? done() : reply.hijack())
    if (typeof goesOn === 'boolean') go(goesOn)
    else void goesOn.then(go)
  }
  instance.addHook('onRequest', first)
  // Hooks are added once what was registered before is there.
  instance.after((error, done) => {
    const isFirst = moveHookToFront(instance, first)
    done(
      error ?? (isRequired && !isFirst ? new ConfigurationError('everything: true does not know this Fastify') : null),
    )
  })
}

const PLATFORMS: ReadonlyMap<string, typeof onFastify> = new Map([
  ['express', onExpress],
  ['fastify', onFastify],
])

/**
 * Has `check` run first for every request of an app, as soon as there is an HTTP server: in tests the modules are made
 * before it.
 *
 * @param isRequired Whether an app on another platform must not start.
 */
export function runFirst(host: HttpAdapterHost, check: Check, isRequired: boolean): void {
  const install = (adapter: AbstractHttpAdapter): void => {
    const platform = PLATFORMS.get(adapter.getType?.())
    if (platform !== undefined) return platform(adapter, check, isRequired)
    if (isRequired) throw new ConfigurationError('everything: true knows Nest on Express and on Fastify only')
  }
  const known = host.httpAdapter as AbstractHttpAdapter | undefined
  if (known !== undefined && known !== null) return install(known)
  Object.defineProperty(host, 'httpAdapter', {
    configurable: true,
    get: () => undefined,
    set(adapter: AbstractHttpAdapter) {
      Reflect.deleteProperty(host, 'httpAdapter')
      host.httpAdapter = adapter
      if (adapter) install(adapter)
    },
  })
}
