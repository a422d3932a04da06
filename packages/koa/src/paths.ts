/**
 * Where a request was sent, and where Koa and its companions may route it.
 *
 * @module
 */

import { normalisePath } from '@cognito-auth/core/adapter'
import type { Context } from 'koa'

/** The request target as sent; under an outer Express, `ctx.originalUrl` lacks the path that Koa is mounted at. */
export function sentUrl(ctx: Context): string {
  const { originalUrl } = ctx.req as { originalUrl?: unknown }
  return typeof originalUrl === 'string' ? originalUrl : ctx.originalUrl
}

type Handler = (...given: never[]) => unknown

/** Whether the app itself calls a middleware, or a router of it does: then no mount is around it. */
function isOutermost(ctx: Context, handler: Handler): boolean {
  return ctx.app.middleware.some((one) => {
    if (one === handler) return true
    const { router } = one as { readonly router?: { readonly stack?: readonly { readonly stack?: unknown }[] } }
    return router?.stack?.some(({ stack }) => Array.isArray(stack) && stack.includes(handler)) ?? false
  })
}

/**
 * The whole paths by which Koa, or `@koa/router`, may route: a rewritten one shows here. koa-mount tells the last of
 * nested prefixes only, and leaves it there afterwards. So a prefix counts only for a middleware that is not the app's
 * own, and only where the path as sent ends with both.
 *
 * @param handler The middleware that asks.
 */
export function routedPaths(ctx: Context, sent: string, handler: Handler): string[] {
  const { mountPath, newRouterPath, routerPath, matched } = ctx as { [name: string]: unknown }
  const { baseUrl } = ctx.req as { baseUrl?: unknown }
  const outer = typeof baseUrl === 'string' ? baseUrl : ''
  const within = sent.startsWith(outer) ? normalisePath(sent).slice(outer.length) : ''
  const isMounted = typeof mountPath === 'string' && mountPath.length > 1 && !isOutermost(ctx, handler)
  const whole = (path: string): string => {
    if (!isMounted) return outer + path
    const mounted = `${mountPath.replace(/\/$/, '')}/${path.replace(/^\//, '')}`
    return within.endsWith(normalisePath(mounted)) ? sent : outer + path
  }
  // A router also leaves the pattern of the route there that it took.
  const isPattern = Array.isArray(matched) && matched.some((layer: { path?: unknown }) => layer?.path === routerPath)
  const paths = [ctx.path, newRouterPath, isPattern ? undefined : routerPath]
  return paths.filter((path) => typeof path === 'string').map(whole)
}
