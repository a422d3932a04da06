/**
 * Paths and URLs that browsers are sent to, as people write them in options.
 *
 * @module
 */

import { isNormalPath } from '../lib/text/paths.js'
import { isLoopback, parseUrl } from '../lib/text/urls.js'

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

/**
 * What others answer before the app does: `/oauth2/idpresponse` the load balancer, the rest our own tools. A slash at the end makes
 * no difference, as where the path is compared.
 */
const TAKEN = /^\/(?:oauth2\/idpresponse\/?$|(?:_cognito-auth|_local-alb)(?:\/|$))/

/** An exact path that browsers send as it stands. */
export function isSignOutPath(value: string): boolean {
  return !/[?*]/.test(value) && value.length <= 256 && isNormalPath(value) && !TAKEN.test(value)
}

/** Another identity provider's sign-out page: `{returnTo}` stands in its path or query, never in its host. */
export function isSignOutUrl(value: string): boolean {
  const [before = '', ...after] = value.split('{returnTo}')
  if (/[{}]/.test(before + after.join('')) || CONTROL.test(value)) return false
  const url = parseUrl(value.replaceAll('{returnTo}', 'x'))
  if (url === undefined || !IS_SENT_AS_IT_IS.test(value) || !value.startsWith(`${url.origin}/`)) return false
  return (url.protocol === 'https:' || isLoopback(url)) && (after.length === 0 || before.length > url.origin.length)
}
