/**
 * Paths that are not protected: health checks, mostly.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'
import { reportFault } from './report.js'

/** Exact paths, or a predicate on the framework's request that opens by returning `true`, and nothing else. */
export type Bypass<Request> = readonly string[] | ((request: Request) => boolean)

/** Without query and without one slash at the end: `/health/` is `/health`, but `//` is not `/`. */
export function normalisePath(path: string): string {
  return path.replace(/\?.*$/s, '').replace(/([^/])\/$/, '$1')
}

/** A promise is not `true`, so it opens nothing; nobody else waits for it, and a rejection would end the process. */
function opens(answer: unknown): boolean {
  if (typeof (answer as PromiseLike<unknown> | null)?.then === 'function') {
    Promise.resolve(answer).catch((error: unknown) => reportFault(error, 'A bypass predicate failed'))
  }
  return answer === true
}

/**
 * Makes the question whether a request passes unprotected. Paths are compared as sent, whole, letter case counting,
 * not decoded: whatever is written in another way than on the list is protected.
 *
 * @returns A function of the request, its path (or target) as sent, and every whole path by which the framework may
 * route it: where the app has rewritten one of them since, nothing is open.
 * @throws {ConfigurationError} when a path is not a plain path: a pattern would look right and never match.
 */
export function createBypass<Request>(
  bypass: Bypass<Request> | undefined,
): (request: Request, asSent: string, ...asRouted: readonly string[]) => boolean {
  if (bypass === undefined) return () => false
  if (typeof bypass === 'function') return (request) => opens(bypass(request))
  if (!Array.isArray(bypass)) throw new ConfigurationError('bypass takes a list of paths, or a function')
  for (const path of bypass as readonly unknown[]) {
    if (typeof path === 'string' && /^\/[^?#*\s]*$/.test(path)) continue
    throw new ConfigurationError('bypass takes exact paths that begin with /, without query or wildcards')
  }
  const paths = new Set((bypass as readonly string[]).map(normalisePath))
  return (_, asSent, ...asRouted) => {
    const path = normalisePath(asSent)
    return paths.has(path) && asRouted.every((routed) => normalisePath(routed) === path)
  }
}
