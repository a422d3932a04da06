/**
 * The cookies of the load balancer and of the user pool.
 *
 * @module
 */

import { parse, serialize } from 'cookie'

/** The load balancer's session; on AWS sharded over -0 to -3. */
export const SESSION_COOKIE = 'AWSELBAuthSessionCookie-0'
/** Ties a sign-in to the browser that began it. */
export const NONCE_COOKIE = 'AWSALBAuthNonce'
/** The user pool's own session. */
export const POOL_COOKIE = 'local-alb-pool'
/** Ties a form to the browser that was shown it. */
export const FORM_COOKIE = 'local-alb-form'

/** The load balancer's values are plain base64: nothing is percent-encoded on the way out or in. */
const asIs = (value: string): string => value

/** Cookies of a request. */
export function parseCookies(header: string | undefined): Readonly<Record<string, string | undefined>> {
  return parse(header ?? '', { decode: asIs })
}

/** A `Set-Cookie` value; without `Secure`, since there is no TLS on the desk. */
export function setCookie(name: string, value: string, maxAgeSeconds: number): string {
  return serialize(name, value, { encode: asIs, path: '/', httpOnly: true, sameSite: 'lax', maxAge: maxAgeSeconds })
}

/** The `Cookie` header that the app gets: without what is the load balancer's business. */
export function cookiesForApp(header: string): string {
  return header
    .split(';')
    .filter((pair) => !/^\s*(?:AWSELBAuthSessionCookie-\d|local-alb-\w+)=/.test(pair))
    .join(';')
    .trim()
}
