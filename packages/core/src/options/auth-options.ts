/**
 * The options of `CognitoAuth` that are not the verifier's.
 *
 * @module
 */

import * as v from 'valibot'
import type { ErrorPage } from '../error-page.js'
import { isNormalPath } from '../lib/paths.js'
import { functionSchema, optionError, seconds, text } from '../lib/schema.js'
import { isLoopback, parseUrl, plainBase } from '../lib/urls.js'
import { verifierEntries } from '../verifier/options.js'

/** What `new URL()` would remove or take for a slash, and no `Location` may carry. */
// eslint-disable-next-line no-control-regex -- they are what is refused
const CONTROL = /[\u0000-\u001F\u007F]/

/** Needs no encoding: people find in the response what they wrote in the option. */
const IS_SENT_AS_IT_IS = /^(?:https?:\/)?\/[!-~]*$/

/**
 * A redirect target as a `Location` header may carry it: an absolute URL, or a path of this app, percent-encoded.
 *
 * @returns `undefined` for anything else, `javascript:` and `//host` among it.
 */
export function redirectTarget(value: string): string | undefined {
  if (CONTROL.test(value)) return undefined
  if (/^\/(?![/\\])/.test(value)) {
    const url = /[\s\\]/.test(value) ? undefined : parseUrl(`http://localhost${value}`)
    // `/.//host` comes out as `//host`, which browsers take for another site.
    if (url?.host !== 'localhost' || url.pathname.startsWith('//')) return undefined
    return IS_SENT_AS_IT_IS.test(value) ? value : url.pathname + url.search + url.hash
  }
  const url = parseUrl(value)
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined
  return IS_SENT_AS_IT_IS.test(value) ? value : url.href
}

/** What others answer before the app does: `/oauth2/idpresponse` the load balancer, the rest our own tools. */
const TAKEN = /^\/(?:oauth2\/idpresponse$|_cognito-auth\/|_local-alb\/)/

/** An exact path that browsers send as it stands. */
function isSignOutPath(value: string): boolean {
  return !/[?*]/.test(value) && value.length <= 256 && isNormalPath(value) && !TAKEN.test(value)
}

/** Another identity provider's sign-out page: `{returnTo}` stands in its path or query, never in its host. */
function isSignOutUrl(value: string): boolean {
  const [before = '', ...after] = value.split('{returnTo}')
  if (/[{}]/.test(before + after.join('')) || CONTROL.test(value)) return false
  const url = parseUrl(value.replaceAll('{returnTo}', 'x'))
  if (url === undefined || !IS_SENT_AS_IT_IS.test(value) || !value.startsWith(`${url.origin}/`)) return false
  return (url.protocol === 'https:' || isLoopback(url)) && (after.length === 0 || before.length > url.origin.length)
}

/** Schema of every option of `CognitoAuth`, but for `authoriser`. */
export const authEntries = {
  ...verifierEntries,
  configTtlSeconds: v.optional(seconds, 300),
  configMaxAgeSeconds: v.optional(seconds),
  platformAdminGroups: v.optional(v.array(text, 'must be a list of groups')),
  redirectUrl: v.optional(
    v.pipe(
      text,
      v.transform(redirectTarget),
      v.string('must be an http(s) URL, or a path that begins with /, without control characters'),
    ),
  ),
  errorPage: v.optional(
    v.union(
      [v.literal(false), functionSchema<(page: ErrorPage) => string>()],
      'must be false, or a function that returns HTML',
    ),
  ),
  devMode: v.optional(v.boolean('must be true or false'), false),
  cognitoDomain: v.optional(text),
  logoutUrls: v.optional(
    v.pipe(
      v.array(
        v.pipe(text, v.url('must be a URL'), v.regex(/^https?:/, 'must be an http(s) URL')),
        'must be a list of URLs',
      ),
      v.nonEmpty('must not be an empty list'),
    ),
  ),
  signOutPath: v.optional(
    v.pipe(
      text,
      v.check(isSignOutPath, 'must be an exact path of this app that begins with /, without query or wildcards'),
    ),
  ),
  signOutUrl: v.optional(
    v.pipe(
      text,
      v.check(
        isSignOutUrl,
        'must be an https URL, with {returnTo} where the identity provider takes the URL to return to',
      ),
    ),
  ),
  sessionCookieName: v.optional(
    v.pipe(text, v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be a cookie name')),
    'AWSELBAuthSessionCookie',
  ),
} as const

function isRoot(url: URL): boolean {
  return url.protocol === 'https:' && url.pathname === '/'
}

/**
 * The base URL of the user pool's sign-in pages, from a host or a URL.
 *
 * @throws {ConfigurationError} when it is neither; plain http and a path are for a local ALB only.
 */
export function cognitoBase(domain: string): string {
  const url = parseUrl(domain.includes('://') ? domain : `https://${domain}`)
  const base = url && plainBase(url)
  // Cognito has its pages at the root; a local ALB has its own below a path, over plain http.
  if (base !== undefined && url !== undefined && !isLoopback(url) && !/[^.]\.[^.]/.test(url.hostname)) {
    throw optionError(
      'cognitoDomain',
      'is the prefix only: append .auth.REGION.amazoncognito.com, as in my-app.auth.eu-west-2.amazoncognito.com',
    )
  }
  const isSafe = url !== undefined && (isLoopback(url) ? /^https?:$/.test(url.protocol) : isRoot(url))
  if (base !== undefined && isSafe) return base
  throw optionError(
    'cognitoDomain',
    'must be the host of the user pool, such as my-app.auth.eu-west-2.amazoncognito.com',
  )
}
