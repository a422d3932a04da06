/**
 * Answers people who sign out, by how they asked: the same in every adapter.
 *
 * @module
 */

import type { CognitoAuth } from '../cognito-auth.js'
import { renderPage } from '../error-page.js'
import type { HeadersInput } from '../headers.js'
import { normalisePath } from '../lib/text/paths.js'
import { acceptsHtml, type AnswerableRequest, type ErrorResponse } from './error-response.js'

/** A complete response, with the cookies that it sets. */
export interface SignOutResponse extends ErrorResponse {
  /** `Set-Cookie` values, each a header line of its own: append them to those that are there. */
  readonly cookies: readonly string[]
}

/**
 * Whether a request is for `signOutPath`, which whatever protects the whole app answers itself, whoever asks: a person
 * who is denied must be able to sign in as another.
 *
 * @param asSent The path (or target) as sent, mount path included.
 */
export function isSignOut(auth: Pick<CognitoAuth, 'signOutPath'>, method: string, asSent: string): boolean {
  const { signOutPath } = auth
  if (signOutPath === undefined || !['GET', 'HEAD', 'POST'].includes(method)) return false
  return normalisePath(asSent) === normalisePath(signOutPath)
}

/** Whether a browser goes to a page, by link or by form. Browsers say so in `Sec-Fetch-Mode`. */
function isPageLoad(request: AnswerableRequest): boolean {
  const mode = request.header('sec-fetch-mode')
  return typeof mode === 'string' ? mode === 'navigate' : acceptsHtml(request)
}

/** `form-action` of a Content-Security-Policy also stops redirects of a form, so a form gets a page that goes on. */
function pageTo(location: string): Pick<ErrorResponse, 'headers' | 'body'> {
  const { html, policy } = renderPage(
    'Signing out',
    ['You are being signed out.'],
    [{ to: location, says: 'Continue' }],
  )
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      refresh: `0; url=${location}`,
    },
    body: html,
  }
}

function continueTo(location: string, request: AnswerableRequest): ErrorResponse {
  if (!isPageLoad(request)) {
    // A script cannot follow a redirect to another origin: it is told where to send the browser.
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ location }) }
  }
  if (request.method === 'POST') return { status: 200, ...pageTo(location) }
  return { status: 302, headers: { location }, body: '' }
}

/**
 * The answer to a sign-out: a navigation by `GET` is redirected, one by `POST` gets a page that goes on by itself, and
 * whatever is no navigation (`fetch`) gets `{ "location": … }`. The load balancer's session cookies are expired in all
 * three.
 *
 * @param headers Of the request: the session's app client is found in its tokens, where they hold.
 * @param returnTo One of `logoutUrls`. @default the first of them
 * @throws {ConfigurationError} as `CognitoAuth.logout` does.
 * @see {@link https://www.w3.org/TR/CSP3/#directive-form-action form-action}
 */
export async function signOutResponse(
  auth: Pick<CognitoAuth, 'logout'>,
  request: AnswerableRequest,
  headers: HeadersInput,
  returnTo?: string,
): Promise<SignOutResponse> {
  const { location, cookies } = await auth.logout(headers, returnTo)
  const response = continueTo(location, request)
  return { ...response, headers: { 'cache-control': 'no-store', ...response.headers }, cookies }
}
