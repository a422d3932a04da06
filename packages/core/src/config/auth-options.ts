/**
 * The options of `CognitoAuth` that are not the verifier's.
 *
 * @module
 */

import * as v from 'valibot'
import { optionError, seconds, text } from '../options.js'
import { isLoopback, parseUrl, plainBase } from '../urls.js'
import { verifierEntries } from '../verifier/options.js'

/** An absolute URL, or a path of this app; anything else, `javascript:` and `//host` among it, is refused. */
export function isRedirectTarget(value: string): boolean {
  if (/^\/(?![/\\])/.test(value)) return !/[\s\\]/.test(value)
  const url = parseUrl(value)
  return url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:')
}

/** Schema of every option of `CognitoAuth`, but for `authoriser`. */
export const authEntries = {
  ...verifierEntries,
  configTtlSeconds: v.optional(seconds, 300),
  platformAdminGroups: v.optional(v.array(text, 'must be a list of groups')),
  redirectUrl: v.optional(
    v.pipe(text, v.check(isRedirectTarget, 'must be an http(s) URL, or a path that begins with /')),
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
  sessionCookieName: v.optional(
    v.pipe(text, v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be a cookie name')),
    'AWSELBAuthSessionCookie',
  ),
} as const

/**
 * The base URL of the user pool's sign-in pages, from a host or a URL.
 *
 * @throws {ConfigurationError} when it is neither; plain http is for a local ALB only.
 */
export function cognitoBase(domain: string): string {
  const url = parseUrl(domain.includes('://') ? domain : `https://${domain}`)
  const base = url && plainBase(url)
  const isSafe = url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)))
  if (base !== undefined && isSafe) return base
  throw optionError(
    'cognitoDomain',
    'must be the host of the user pool, such as my-app.auth.eu-west-2.amazoncognito.com',
  )
}
