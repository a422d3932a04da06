/**
 * What every adapter answers to a request that is not let through: the same everywhere.
 *
 * @module
 */

import { isCognitoAuthError } from '../errors.js'
import { parseUrl } from '../lib/urls.js'
import { reportFault } from './report.js'

/** What is needed of a request to answer it. */
export interface AnswerableRequest {
  readonly method: string
  /** The request target as sent, mount path included; a whole URL is as good. */
  readonly url: string
  /** A header by its lower-case name. */
  header(name: string): string | null | undefined
}

/** A complete response. */
export interface Answer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** A problem document (RFC 9457), or `''` on a redirect. */
  readonly body: string
}

/** A problem document (RFC 9457). Nothing of the error but its code reaches the client. */
export interface ProblemDocument {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly code: string
}

/** With `about:blank`, the title should be the status phrase (RFC 9457 section 4.2.1). */
const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The problem document for an error; whatever is not ours is a 500 that says nothing. */
export function problemOf(error: unknown): ProblemDocument {
  const { status, code } = isCognitoAuthError(error) ? error : { status: 500, code: 'internal_error' }
  return { type: 'about:blank', title: TITLES[status] ?? 'Error', status, code }
}

/** Headers that go with the status of an error, besides the content type. */
export function problemHeaders(error: unknown): Record<string, string> {
  return isCognitoAuthError(error) ? { ...error.headers } : { 'cache-control': 'no-store' }
}

/**
 * Whether a browser shows what it gets as a page. Browsers say so in `Sec-Fetch-Dest`; without that header a client
 * that accepts HTML counts as one.
 */
export function isNavigation(request: AnswerableRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const destination = request.header('sec-fetch-dest')
  if (typeof destination === 'string') return destination === 'document' || destination === 'iframe'
  const accept = request.header('accept') ?? ''
  return /(?:^|,)\s*text\/html\s*(?:$|,|;)/i.test(accept)
}

/** The whole URL of a request, as far as it is known here. */
function urlOf(request: AnswerableRequest): URL | undefined {
  if (!request.url.startsWith('/')) return parseUrl(request.url)
  return parseUrl(`http://${request.header('host') ?? 'localhost'}${request.url}`)
}

/** Whether a redirect leads to where the request already is: whoever is refused there would go round for ever. */
function isAlreadyAt(redirectUrl: string, request: AnswerableRequest): boolean {
  const here = urlOf(request)
  if (here === undefined || !URL.canParse(redirectUrl, here.href)) return false
  const there = new URL(redirectUrl, here)
  // The load balancer ends TLS: which of the two schemes the browser used is not known here.
  here.protocol = there.protocol
  there.hash = ''
  return here.href === there.href
}

/**
 * The answer to a request that is not let through: for a navigation on 401 or 403 a redirect to `redirectUrl`, where
 * there is one and the request is not there already; else a problem document. Never a redirect on 503: the error page
 * would hide an outage. A 500 is also reported as a process warning.
 */
export function answerTo(error: unknown, request: AnswerableRequest, redirectUrl: string | undefined): Answer {
  const problem = problemOf(error)
  if (problem.status === 500) reportFault(error)
  const isRefusal = problem.status === 401 || problem.status === 403
  if (isRefusal && redirectUrl !== undefined && isNavigation(request) && !isAlreadyAt(redirectUrl, request)) {
    return { status: 302, headers: { location: redirectUrl, 'cache-control': 'no-store' }, body: '' }
  }
  return {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...problemHeaders(error) },
    body: JSON.stringify(problem),
  }
}
