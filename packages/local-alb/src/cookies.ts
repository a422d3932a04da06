/**
 * The cookies of the load balancer and of the user pool.
 *
 * @module
 */

import { parse, serialize } from 'cookie'

/** The load balancer's session, in shards -0 to -3. */
const SESSION_COOKIE = 'AWSELBAuthSessionCookie'
/** Ties a sign-in to the browser that began it. */
export const NONCE_COOKIE = 'AWSALBAuthNonce'
/** The user pool's own session. */
export const POOL_COOKIE = 'local-alb-pool'
/** Ties a form to the browser that was shown it. */
export const FORM_COOKIE = 'local-alb-form'

const SHARDS = [0, 1, 2, 3]
/** Browsers take 4096 bytes of name and value, and so does the load balancer. */
const SHARD_LENGTH = 4096 - `${SESSION_COOKIE}-0=`.length
/** As on AWS, whatever the session timeout is. */
const SESSION_COOKIE_SECONDS = 604_800

/** The longest session id that four shards hold. */
export const MAX_SESSION_LENGTH = SHARDS.length * SHARD_LENGTH

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

const shardName = (index: number): string => `${SESSION_COOKIE}-${index}`

function shardsOf(sessionId: string): [name: string, value: string][] {
  return SHARDS.map((index): [string, string] => [
    shardName(index),
    sessionId.slice(index * SHARD_LENGTH, (index + 1) * SHARD_LENGTH),
  ]).filter(([, value]) => value !== '')
}

/** The session id of a request: all shards that were sent, in order. One that is left over or missing spoils it. */
export function sessionIdOf(header: string | undefined): string | undefined {
  const cookies = parseCookies(header)
  const values = SHARDS.map((index) => cookies[shardName(index)]).filter((value) => value !== undefined)
  return values.length === 0 ? undefined : values.join('')
}

/** `Set-Cookie` values that begin a session, and take shards of an earlier, larger one away. */
export function setSession(sessionId: string, header: string | undefined): string[] {
  const shards = shardsOf(sessionId)
  const kept = new Set(shards.map(([name]) => name))
  return [
    ...shards.map(([name, value]) => setCookie(name, value, SESSION_COOKIE_SECONDS)),
    ...clearSession(header).filter((cookie) => !kept.has(cookie.slice(0, cookie.indexOf('=')))),
  ]
}

/** `Set-Cookie` values that end the session of a request. */
export function clearSession(header: string | undefined): string[] {
  const cookies = parseCookies(header)
  return SHARDS.map(shardName)
    .filter((name) => cookies[name] !== undefined)
    .map((name) => setCookie(name, '', 0))
}

/** A `Cookie` header with a session in it, for requests that no browser sends. */
export function sessionHeader(sessionId: string): string {
  return shardsOf(sessionId)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
}

/** A `Set-Cookie` of the app as a browser on the desk can take it: it would not let go of the session by a `Secure` one. */
export function withoutSecure(setCookieValue: string): string {
  return setCookieValue.startsWith(`${SESSION_COOKIE}-`) ? setCookieValue.replace(/;\s*secure/i, '') : setCookieValue
}

/** The `Cookie` header that the app gets: without what is the load balancer's business. */
export function cookiesForApp(header: string): string {
  return header
    .split(';')
    .filter((pair) => !/^\s*(?:AWSELBAuthSessionCookie-\d|local-alb-\w+)=/.test(pair))
    .join(';')
    .trim()
}
