/**
 * Where a request was sent, and where Hono routes it.
 *
 * @module
 */

import type { Context } from 'hono'

/** What `@hono/node-server` and others on Node put into `c.env`. */
interface NodeBindings {
  readonly incoming?: { readonly originalUrl?: unknown; readonly baseUrl?: unknown; readonly url?: unknown }
}

/**
 * The request target as sent. A `Request` has its dot segments resolved already: on Node the target is asked of the
 * request behind it.
 */
export function sentTarget(c: Context): string {
  const { incoming } = (c.env ?? {}) as NodeBindings
  const target = incoming?.originalUrl ?? incoming?.url
  if (typeof target === 'string') return target
  const { pathname, search } = new URL(c.req.url)
  return pathname + search
}

/** What Hono's own `getPath` makes of a path: percent-encoding is decoded, but for what would change its structure. */
function decoded(path: string): string | undefined {
  try {
    return decodeURI(path.replaceAll('%25', '%2525'))
  } catch {
    return undefined
  }
}

/** The whole path by which Hono routes: that of `getPath`, which an app may replace, below what an outer Express is mounted at. */
export function routedPath(c: Context): string {
  const [sent = ''] = sentTarget(c).split('?', 1)
  const { incoming } = (c.env ?? {}) as NodeBindings
  const outer =
    typeof incoming?.originalUrl === 'string' && typeof incoming.baseUrl === 'string' ? incoming.baseUrl : ''
  const path = outer + c.req.path
  return path === decoded(sent) ? sent : path
}
