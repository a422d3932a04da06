/**
 * The cookies of the load balancer and of the user pool.
 *
 * @module
 */

import { parse, serialize } from 'cookie'

/** Every cookie that is set here: its name, and for how many seconds a browser keeps it. */
export const COOKIES = {
  /** The load balancer's session, in shards -0 to -3. Seven days as on AWS, whatever the session timeout is. */
  session: { name: 'AWSELBAuthSessionCookie', seconds: 604_800 },
  /** Ties a sign-in to the browser that began it, which must be finished in 15 minutes. */
  nonce: { name: 'AWSALBAuthNonce', seconds: 900 },
  /** The user pool's own session, an hour as Cognito's. It outlives what another load balancer does to the session cookie. */
  pool: { name: 'local-alb-pool', seconds: 3600 },
  /** Ties a form to the browser that was shown it. */
  form: { name: 'local-alb-form', seconds: 604_800 },
} as const

/** The name of one of our own cookies. Browsers send a cookie to all ports of a host: with the port in it, each local load balancer has its own. */
export function ownCookie(kind: 'pool' | 'form', origin: string): string {
  return `${COOKIES[kind].name}-${new URL(origin).port || '80'}`
}

const SHARDS = [0, 1, 2, 3]
/** Browsers take 4096 bytes of name and value, and so does the load balancer. */
const SHARD_LENGTH = 4096 - `${COOKIES.session.name}-0=`.length

/** The longest session id that four shards hold. */
export const MAX_SESSION_LENGTH = SHARDS.length * SHARD_LENGTH

/** The load balancer's values are plain base64: nothing is percent-encoded on the way out or in. */
const asIs = (value: string): string => value

/** Cookies of a request. */
export function parseCookies(header: string | undefined): Readonly<Record<string, string | undefined>> {
  return parse(header ?? '', { decode: asIs })
}

/** Whether browsers reach an origin by TLS: cookies are `Secure` there, as on AWS, and could not be set elsewhere. */
const isSecure = (origin: string): boolean => origin.startsWith('https:')

/** A `Set-Cookie` value for an origin. */
export function setCookie(origin: string, name: string, value: string, maxAge: number): string {
  const attributes = { path: '/', httpOnly: true, secure: isSecure(origin), sameSite: 'lax', maxAge } as const
  return serialize(name, value, { encode: asIs, ...attributes })
}

const shardName = (index: number): string => `${COOKIES.session.name}-${index}`

function shardsOf(sessionId: string): [name: string, value: string][] {
  return SHARDS.map((index): [string, string] => [
    shardName(index),
    sessionId.slice(index * SHARD_LENGTH, (index + 1) * SHARD_LENGTH),
  ]).filter(([, value]) => value !== '')
}

/** Not an id of anybody's session. */
const SPOILT = ''

/** The session id of a request: all shards that were sent, in order. One that is left over or missing spoils it. */
export function sessionIdOf(header: string | undefined): string | undefined {
  const cookies = parseCookies(header)
  const sent = SHARDS.map((index) => cookies[shardName(index)])
  const values = sent.filter((value) => value !== undefined)
  if (values.length === 0) return undefined
  // Shards 0 to n: a session that fits into one must not be found under the name of another.
  return sent.slice(0, values.length).includes(undefined) ? SPOILT : values.join('')
}

/** `Set-Cookie` values that begin a session, and take shards of an earlier, larger one away. */
export function setSession(origin: string, sessionId: string, header: string | undefined): string[] {
  const shards = shardsOf(sessionId)
  const kept = new Set(shards.map(([name]) => name))
  return [
    ...shards.map(([name, value]) => setCookie(origin, name, value, COOKIES.session.seconds)),
    ...clearSession(origin, header).filter((cookie) => !kept.has(cookie.slice(0, cookie.indexOf('=')))),
  ]
}

/** `Set-Cookie` values that end the session of a request. */
export function clearSession(origin: string, header: string | undefined): string[] {
  const cookies = parseCookies(header)
  return SHARDS.map(shardName)
    .filter((name) => cookies[name] !== undefined)
    .map((name) => setCookie(origin, name, '', 0))
}

/** A cookie as Playwright's `addCookies()` takes it. */
export interface BrowserCookie {
  readonly name: string
  readonly value: string
  readonly url: string
  readonly httpOnly: true
  readonly sameSite: 'Lax'
  readonly secure?: true
}

/** The cookies of a session, to be put into a browser. */
export function browserCookies(sessionId: string, url: string): readonly BrowserCookie[] {
  const attributes = {
    url,
    httpOnly: true,
    sameSite: 'Lax',
    ...(isSecure(url) ? { secure: true as const } : {}),
  } as const
  return shardsOf(sessionId).map(([name, value]) => ({ name, value, ...attributes }))
}

/** A `Cookie` header with a session in it, for requests that no browser sends. */
export function sessionHeader(sessionId: string): string {
  return shardsOf(sessionId)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
}

/** A `Set-Cookie` of the app as a browser without TLS can take it: it would not let go of the session by a `Secure` one. */
export function withoutSecure(origin: string, setCookieValue: string): string {
  return !isSecure(origin) && setCookieValue.startsWith(`${COOKIES.session.name}-`)
    ? setCookieValue.replace(/;\s*secure/i, '')
    : setCookieValue
}

/** Our own cookies, as in a `Cookie` header. A name may have spaces around it (RFC 6265, section 5.2). */
const OWN = String.raw`(?:${COOKIES.pool.name}|${COOKIES.form.name})-\d+`
const POOL_COOKIES = new RegExp(String.raw`^\s*${OWN}\s*=`)
/** What counts as a session is also taken away as one. */
const ALL_COOKIES = new RegExp(String.raw`^\s*(?:${COOKIES.session.name}-\d|${OWN})\s*=`)

function without(names: RegExp, header: string): string {
  return header
    .split(';')
    .filter((pair) => !names.test(pair))
    .join(';')
    .trim()
}

/** The `Cookie` header that the app gets: without what is the load balancer's business. */
export function cookiesForApp(header: string): string {
  return without(ALL_COOKIES, header)
}

/** The same on a rule without authentication: the user pool's cookies, which on AWS belong to another host, are not seen. */
export function withoutPoolCookies(header: string): string {
  return without(POOL_COOKIES, header)
}
