/**
 * What every adapter answers to a request that is refused: the same everywhere.
 *
 * @module
 */

import type { CognitoAuth } from '../cognito-auth.js'
import { type ErrorPage, type RenderedPage, renderErrorPage } from '../error-page.js'
import { type CognitoAuthError, isCognitoAuthError } from '../errors.js'
import { parseUrl } from '../lib/text/urls.js'
import type { User } from '../user-type.js'
import { warnOnce } from './report.js'

/** What is needed of a request to answer it. */
export interface AnswerableRequest {
  readonly method: string
  /** The request target as sent, mount path included; a whole URL is as good. */
  readonly url: string
  /** A header by its lower-case name. */
  header(name: string): string | null | undefined
}

/** A complete response. */
export interface ErrorResponse {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** A problem document (RFC 9457), a page, or `''` on a redirect. */
  readonly body: string
}

/** A problem document (RFC 9457). Nothing of the error but its code reaches the client. */
export interface ProblemDetails {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly code: string
}

/** What of a `CognitoAuth` an answer goes by; `{}` where none could be made. */
export type AnswerOptions = Partial<Pick<CognitoAuth, 'redirectUrl' | 'errorPage' | 'signOutPath' | 'localAlb'>>

/** With `about:blank`, the title should be the status phrase (RFC 9457 section 4.2.1). */
const TITLES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** Says behind a local load balancer why a request was refused: the code, and after a slash which check it was. */
export const REASON_HEADER = 'x-cognito-auth-reason'

/** The problem document for an error; whatever is not ours is a 500 that says nothing. */
export function problemDetails(error: unknown): ProblemDetails {
  const { status, code } = isCognitoAuthError(error) ? error : { status: 500, code: 'internal_error' }
  return { type: 'about:blank', title: TITLES[status] ?? 'Error', status, code }
}

/**
 * Headers that go with the status of an error, besides the content type. Behind a local load balancer, which shows it to
 * the developer and takes it off, the check that failed is among them.
 */
export function problemHeaders(error: unknown, auth: AnswerOptions = {}): Record<string, string> {
  const headers = isCognitoAuthError(error) ? { ...error.headers } : { 'cache-control': 'no-store' }
  if (auth.localAlb === undefined) return headers
  const { code } = problemDetails(error)
  const reason = isCognitoAuthError(error) ? error.reason : undefined
  return { ...headers, [REASON_HEADER]: reason === undefined ? code : `${code}/${reason}` }
}

/**
 * Whether a browser shows what it gets as a page. Browsers say so in `Sec-Fetch-Dest`; without that header a client
 * that accepts HTML counts as one.
 */
export function isNavigation(request: AnswerableRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const destination = request.header('sec-fetch-dest')
  if (typeof destination === 'string') return destination === 'document' || destination === 'iframe'
  return acceptsHtml(request)
}

/** Whether `Accept` names HTML. */
export function acceptsHtml(request: AnswerableRequest): boolean {
  return /(?:^|,)\s*text\/html\s*(?:$|,|;)/i.test(request.header('accept') ?? '')
}

/** The whole URL of a request, as far as it is known here. */
function urlOf(request: AnswerableRequest): URL | undefined {
  if (!request.url.startsWith('/')) return parseUrl(request.url)
  return parseUrl(`http://${request.header('host') ?? 'localhost'}${request.url}`)
}

/** Whether a redirect leads to where the request already is: it would never end. */
function isAlreadyAt(redirectUrl: string, request: AnswerableRequest): boolean {
  const here = urlOf(request)
  if (here === undefined || !URL.canParse(redirectUrl, here.href)) return false
  const there = new URL(redirectUrl, here)
  // The load balancer ends TLS: which of the two schemes the browser used is not known here.
  here.protocol = there.protocol
  there.hash = ''
  return here.href === there.href
}

/** Who is signed in, where the error says so. */
function userOf(error: CognitoAuthError): User | undefined {
  return (error as { readonly user?: User }).user
}

function retryAfterOf(error: CognitoAuthError): number | undefined {
  return (error as { readonly retryAfterSeconds?: number }).retryAfterSeconds
}

/** Scripts never run: an app's page that forgets to escape an e-mail address must not become XSS. */
const POLICY_OF_APPS =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'"

/** A page as the app wants it, if it wants any. */
function renderAs(errorPage: AnswerOptions['errorPage'], page: ErrorPage, retryAfterSeconds?: number) {
  if (errorPage === false) return undefined
  if (errorPage === undefined) return renderErrorPage(page, retryAfterSeconds)
  try {
    const html: unknown = errorPage(page)
    if (typeof html === 'string') return { html, policy: POLICY_OF_APPS }
    // It cannot be waited for here, and an unhandled rejection would end the process.
    Promise.resolve(html).catch(() => undefined)
    warnOnce(new TypeError('errorPage must return a string'), 'errorPage failed')
  } catch (failure) {
    warnOnce(failure, 'errorPage failed')
  }
  return undefined
}

/** The page for an error, if there is one. */
function pageFor(error: unknown, { status, code, title }: ProblemDetails, auth: AnswerOptions) {
  const { errorPage, signOutPath } = auth
  if (!isCognitoAuthError(error) || status === 500) return undefined
  const user = status === 403 ? userOf(error) : undefined
  const page: ErrorPage = {
    status,
    code,
    title,
    ...(user !== undefined && { user }),
    ...(signOutPath !== undefined && { signOutPath }),
  }
  return renderAs(errorPage, page, retryAfterOf(error))
}

function pageResponse(status: number, { html, policy }: RenderedPage, headers: Record<string, string>): ErrorResponse {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: html,
  }
}

/**
 * The answer where it is not the request that failed: an app behind a gateway that does not answer. For a navigation a
 * page, else a problem document.
 */
export function outageResponse(
  problem: ProblemDetails,
  request: AnswerableRequest,
  { errorPage, signOutPath }: AnswerOptions,
): ErrorResponse {
  const headers = { 'cache-control': 'no-store' }
  const { status, code, title } = problem
  const page: ErrorPage = { status, code, title, ...(signOutPath !== undefined && { signOutPath }) }
  const rendered = isNavigation(request) ? renderAs(errorPage, page) : undefined
  if (rendered !== undefined) return pageResponse(status, rendered, headers)
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify(problem),
  }
}

/**
 * The answer to a request that is refused: for a navigation on 401 or 403 a redirect to `redirectUrl`, where there is one
 * and the request is not there already; for a navigation without it, and on 503, a page; else a problem document. Never a
 * redirect on 503: the error page would hide an outage. A 500 is also reported as a process warning.
 *
 * @param auth Whose `redirectUrl`, `errorPage`, `signOutPath` count.
 */
export function errorResponse(error: unknown, request: AnswerableRequest, auth: AnswerOptions): ErrorResponse {
  const problem = problemDetails(error)
  if (problem.status === 500) warnOnce(error)
  const headers = problemHeaders(error, auth)
  if (isNavigation(request)) {
    const { redirectUrl } = auth
    const isRefusal = problem.status === 401 || problem.status === 403
    if (isRefusal && redirectUrl !== undefined && !isAlreadyAt(redirectUrl, request)) {
      const { [REASON_HEADER]: reason } = headers
      return {
        status: 302,
        headers: {
          location: redirectUrl,
          'cache-control': 'no-store',
          ...(reason !== undefined && { [REASON_HEADER]: reason }),
        },
        body: '',
      }
    }
    const page = isRefusal && redirectUrl !== undefined ? undefined : pageFor(error, problem, auth)
    if (page !== undefined) return pageResponse(problem.status, page, headers)
  }
  return {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify(problem),
  }
}
