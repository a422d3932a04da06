/**
 * Paths that are not protected: health checks, mostly.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'

/** Exact paths, or a predicate on the framework's request that opens by returning `true`, and nothing else. */
export type Bypass<Request> = readonly string[] | ((request: Request) => boolean)

/** Without query and without a slash at the end, so that `/health/` is `/health`. */
function normalise(path: string): string {
  const bare = path.replace(/\?.*$/s, '')
  return bare.length > 1 && bare.endsWith('/') ? bare.slice(0, -1) : bare
}

/**
 * Makes the question whether a request passes unprotected. Paths are compared as sent, whole, letter case counting,
 * not decoded: whatever is written in another way than on the list is protected.
 *
 * @returns A function of the request and its path (or target) as sent; where the app has rewritten it since, the path
 * as the framework routes it is compared too.
 * @throws {ConfigurationError} when a path is not a plain path: a pattern would look right and never match.
 */
export function createBypass<Request>(
  bypass: Bypass<Request> | undefined,
): (request: Request, asSent: string, asRouted?: string) => boolean {
  if (bypass === undefined) return () => false
  // A promise is not `true`: an async predicate opens nothing.
  if (typeof bypass === 'function') return (request) => (bypass(request) as unknown) === true
  if (!Array.isArray(bypass)) throw new ConfigurationError('bypass takes a list of paths, or a function')
  for (const path of bypass as readonly unknown[]) {
    if (typeof path === 'string' && /^\/[^?#*\s]*$/.test(path)) continue
    throw new ConfigurationError('bypass takes exact paths that begin with /, without query or wildcards')
  }
  const paths = new Set((bypass as readonly string[]).map(normalise))
  return (_, asSent, asRouted = asSent) => {
    const path = normalise(asSent)
    return paths.has(path) && normalise(asRouted) === path
  }
}
