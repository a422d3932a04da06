/**
 * Warns of routes that are reached past the middleware of their own router. `@koa/router` 14 and 15 compare the prefix of
 * `router.use(auth.protect())` in its letter case, and routes in any: `/API/users` reaches the route `/api/users`, and no
 * middleware.
 *
 * @module
 */

import type { Context } from 'koa'

/** A layer of `@koa/router`: one without methods is of `use()`. */
interface Layer {
  readonly path?: unknown
  readonly methods?: readonly string[]
  readonly regexp?: RegExp
  readonly stack?: readonly unknown[]
}

/** Whether a route in another letter case is still the route, and no longer behind the middleware. */
function passesBy(route: Layer, before: Layer): boolean {
  const { path, methods = [], regexp } = route
  if (typeof path !== 'string' || methods.length === 0 || regexp?.ignoreCase !== true) return false
  const isAsked = (sent: string): boolean => before.regexp?.test(sent) === true
  return isAsked(path) && !(isAsked(path.toUpperCase()) && isAsked(path.toLowerCase()))
}

/** The layers of the router that a request is in. */
function layersOf(ctx: Context): readonly Layer[] | undefined {
  const { router } = ctx as { readonly router?: { readonly stack?: unknown } }
  return Array.isArray(router?.stack) ? (router.stack as Layer[]) : undefined
}

/** A route that is reached past a middleware of its router. */
function routePast(layers: readonly Layer[], handler: object): string | undefined {
  const own = layers.filter(({ methods, stack }) => methods?.length === 0 && stack?.includes(handler))
  return layers.find((route) => own.some((before) => passesBy(route, before)))?.path as string | undefined
}

/**
 * Makes the check that a middleware does at its first request in a router.
 *
 * @param name Of its maker, for the warning.
 */
export function createRouterCheck(name: string): (ctx: Context, handler: object) => void {
  let isDone = false
  return (ctx, handler) => {
    const layers = isDone ? undefined : layersOf(ctx)
    if (layers === undefined) return
    isDone = true
    const path = routePast(layers, handler)
    if (path === undefined) return
    process.emitWarning(
      `${name}() in a router is not asked about ${path} in another letter case, which reaches its route: this @koa/router compares the prefix in its letter case, and routes in any. Make the router with sensitive: true, or protect the whole app`,
      { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_ROUTER' },
    )
  }
}
