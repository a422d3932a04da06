/**
 * Hands on the headers of a refusal, which both frameworks drop from pages and their data.
 *
 * A thrown `Response` becomes what an error boundary shows; its headers reach the client only from resource routes, and
 * where a route exports `headers` that returns them.
 *
 * @module
 */

import { isResponse } from '@cognito-auth/core/adapter'

/** What goes with a 401, 403 or 503. Not the content type: the page is no problem document. */
const REFUSAL_HEADERS = ['cache-control', 'www-authenticate', 'retry-after'] as const

/** What Remix and React Router give a route's `headers`, as far as it is used here. */
export interface HeadersArgs {
  /** What the routes above decided. */
  readonly parentHeaders: Headers
  /** Those of the `Response` that was thrown, where this route, or one below it, shows the error. */
  readonly errorHeaders?: Headers | undefined
}

function copy(from: Headers, to: Headers): Headers {
  for (const name of REFUSAL_HEADERS) {
    const value = from.get(name)
    if (value !== null) to.set(name, value)
  }
  return to
}

/**
 * `headers` of a route: hands on `Cache-Control`, `WWW-Authenticate` and `Retry-After` of a refusal. Where nothing was
 * refused, it is as if the route exported none.
 *
 * Export it from every page that asks for a user, and from every route with an `ErrorBoundary`: a document takes the
 * headers of the route whose boundary is shown, a data request those of the route whose loader refused.
 *
 * @example
 * ```ts
 * export { headers } from './auth.server'
 * ```
 */
export function headers({ parentHeaders, errorHeaders }: HeadersArgs): Headers {
  const own = new Headers(parentHeaders)
  return errorHeaders === undefined ? own : copy(errorHeaders, own)
}

/** Adds the headers of a refusal to the page that shows it; an answer of another status tells of something else. */
export function withRefusalHeaders<Result>(result: Result, refusal: Response | undefined): Result
export function withRefusalHeaders(result: unknown, refusal: Response | undefined): unknown {
  if (refusal === undefined || !isResponse(result) || result.status !== refusal.status) return result
  // A copy: the headers of a response that an app fetched elsewhere cannot be changed.
  const { status, statusText } = result
  return new Response(result.body, { status, statusText, headers: copy(refusal.headers, new Headers(result.headers)) })
}
