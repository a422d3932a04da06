/**
 * Paths that are not protected: health checks, mostly.
 *
 * @module
 */

import type { CognitoAuth } from '../cognito-auth.js'
import { ConfigurationError } from '../errors.js'
import { optionName } from '../options/names.js'
import { isNormalPath, normalisePath } from '../lib/text/paths.js'
import { warnOnce } from './report.js'

/**
 * Exact paths, or all below one (`/public/*`); or a predicate on the framework's request that opens by returning
 * `true`, and nothing else.
 */
export type Bypass<Request> = readonly string[] | ((request: Request) => boolean)

/** Whether a request passes unprotected: the request, its path (or target) as sent, and every whole path by which the framework may route it. */
export type IsBypassed<Request> = (request: Request, asSent: string, ...asRouted: readonly string[]) => boolean

/** A promise is not `true`, so it opens nothing. It is caught, since an unhandled rejection would end the process. */
function opens(answer: unknown): boolean {
  if (typeof (answer as PromiseLike<unknown> | null)?.then === 'function') {
    Promise.resolve(answer).catch((error: unknown) => warnOnce(error, 'A bypass predicate failed'))
  }
  return answer === true
}

const BELOW = '/*'

/** Whether a normalised path is what an entry of the list means. */
function matches(entry: string, path: string): boolean {
  if (!entry.endsWith(BELOW)) return normalisePath(entry) === path
  const folder = entry.slice(0, -1)
  return path.startsWith(folder) && path.length > folder.length
}

/**
 * How the data of a page is asked for, which is routed as the page itself: by SvelteKit, Nuxt (for cached pages) and React
 * Router (whose `/folder/_.data` is of `/folder/`). Only the names that seem to be below the page. Nuxt takes any character
 * for the dot, `/` and what is encoded too.
 */
const DATA_OF_PAGE = /\/(?:__data\.json|_payload(?:.|%..)js(?:on)?|(?:_root|_)?\.data)$/

/** What ends the path to some routers: a semicolon, or, where they decode before they look for it (Nuxt), what is encoded. */
const END_OF_PATH = /(?:;|%(?:3[bf]|23)).*$/is

/** The page that a path may lead to, though it seems to be below it. */
function pageOf(path: string): string {
  return normalisePath(path.replace(END_OF_PATH, '')).replace(DATA_OF_PAGE, '') || '/'
}

/** Whether a normalised path is on a list. What leads to a folder's own page is not below the folder. */
function isListed(entries: readonly string[], path: string): boolean {
  const page = pageOf(path)
  return entries.some(
    (entry) => matches(entry, path) && (!entry.endsWith(BELOW) || page === path || isListed(entries, page)),
  )
}

function checkEntry(entry: unknown): void {
  if (typeof entry !== 'string') throw new ConfigurationError('bypass must be a list of strings, or a function')
  const path = entry.endsWith(BELOW) ? entry.slice(0, -1) : entry
  if (!path.includes('?') && !path.includes('*') && isNormalPath(path)) return
  throw new ConfigurationError(
    `bypass takes exact paths that begin with /, percent-encoded where needed, without query or dot segments; or '/folder/*' for everything below a folder. Got ${JSON.stringify(entry)}`,
  )
}

/**
 * Makes the question whether a request passes unprotected. Paths are compared as sent, whole, letter case counting, not
 * decoded: whatever is written in another way than on the list is protected. A path that is not in its normal form is
 * never open, whatever the list or the predicate says (path traversal).
 *
 * @param bypass What is open. @default nothing
 * @param auth Whose `signOutPath` must not be on the list.
 * @returns A function of the request, its path as sent, and every whole path by which the framework may route it: each
 * of them must be on the list.
 * @throws {ConfigurationError} when an entry is no plain path, or `*` is anywhere but in a last `/*`: it would look right
 * and never match; when `signOutPath` is among what is open.
 */
export function createBypass<Request>(
  bypass: Bypass<Request> | undefined,
  auth?: Pick<CognitoAuth, 'signOutPath'>,
): IsBypassed<Request> {
  if (bypass === undefined) return () => false
  if (typeof bypass === 'function') {
    return (request, ...paths) => paths.every(isNormalPath) && opens(bypass(request))
  }
  if (!Array.isArray(bypass)) throw new ConfigurationError('bypass must be a list of strings, or a function')
  for (const entry of bypass as readonly unknown[]) checkEntry(entry)
  const entries = [...(bypass as readonly string[])]
  const signOutPath = auth?.signOutPath
  if (signOutPath !== undefined && entries.some((entry) => matches(entry, normalisePath(signOutPath)))) {
    throw new ConfigurationError(
      `bypass and ${optionName('signOutPath')} must not overlap: signing out is open already`,
    )
  }
  return (_, ...paths) => paths.every((path) => isListed(entries, normalisePath(path)) && isNormalPath(path))
}
