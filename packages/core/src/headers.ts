/**
 * Finds the load balancer's three headers in whatever a framework calls headers.
 *
 * @module
 */

import { ConfigurationError, InvalidTokenError, MissingTokenError } from './errors.js'

/** The user's claims, a JWT signed by the load balancer. */
export const OIDC_DATA_HEADER = 'x-amzn-oidc-data'
/** The user's Cognito access token. */
export const ACCESS_TOKEN_HEADER = 'x-amzn-oidc-accesstoken'
/** The user's `sub`, plain text. */
export const IDENTITY_HEADER = 'x-amzn-oidc-identity'

/** Credentials of programs, where the option `bearer` is given (RFC 6750 section 2.1). */
export const AUTHORIZATION_HEADER = 'authorization'

/** Names of the load balancer's headers. A pattern: to cut and lower-case each name takes three times as long. */
const OIDC_NAME = /^x-amzn-oidc-/i

/**
 * Headers of a request: a Fetch `Headers`, a `Map` or anything else with functions `get` and `has`, Node's `IncomingHttpHeaders`, an
 * ALB-to-Lambda event's `headers` or `multiValueHeaders`, or any record in any letter case.
 */
export type HeadersInput =
  | { get(name: string): string | null | undefined }
  | { readonly [name: string]: string | readonly string[] | undefined | null }

/** The headers as found, at most one value of each. */
export interface OidcHeaders {
  readonly oidcData: string | undefined
  readonly accessToken: string | undefined
  readonly identity: string | undefined
}

/** Both tokens are there. */
export interface TokenHeaders {
  readonly oidcData: string
  /** `undefined` only where no access token is read (`groupsClaim`). */
  readonly accessToken: string | undefined
  readonly identity: string | undefined
}

/** Headers that are asked for a name: a Fetch `Headers`, a `Map`, what a framework makes of its own. */
interface Asked {
  get(name: string): unknown
  keys?: unknown
}

/** What stands under one name: nothing, a value, or a list of values. */
function valuesIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value === null || value === undefined ? [] : [value]
}

/**
 * All values under `name` of headers that are asked. A Fetch `Headers` knows every letter case of it; a `Map` knows the one that
 * was written, so its names are gone through: with `X-Amzn-Oidc-Data` it must not look like a request without tokens.
 */
function valuesOfAsked(headers: Asked, name: string): readonly unknown[] {
  if (!(headers instanceof Headers) && typeof headers.keys === 'function') {
    const found: unknown[] = []
    for (const key of headers.keys() as Iterable<unknown>) {
      if (typeof key !== 'string' || key.length !== name.length || key.toLowerCase() !== name) continue
      found.push(...valuesIn(headers.get(key)))
    }
    if (found.length > 0) return found
  }
  return valuesIn(headers.get(name))
}

/**
 * All values under `name`, in any letter case and however the framework keeps several.
 *
 * @param keys Those of the headers that `name` may be among, where several names are looked for.
 */
function valuesOf(headers: object, name: string, keys?: readonly string[]): readonly unknown[] {
  if ('get' in headers && typeof headers.get === 'function') return valuesOfAsked(headers as Asked, name)
  const found: unknown[] = []
  for (const key of keys ?? Object.keys(headers)) {
    // Same length first: lower-casing every header of every request is the larger part of this loop.
    if (key.length !== name.length || (key !== name && key.toLowerCase() !== name)) continue
    found.push(...valuesIn((headers as Record<string, unknown>)[key]))
  }
  return found
}

/** Names that are as long as those of the three headers: a request has some twenty, and they are gone through once, not for each of the three. */
function likelyNames(headers: object): readonly string[] {
  const likely: string[] = []
  for (const name of Object.keys(headers)) {
    const { length } = name
    if (
      length === OIDC_DATA_HEADER.length ||
      length === ACCESS_TOKEN_HEADER.length ||
      length === IDENTITY_HEADER.length
    )
      likely.push(name)
  }
  return likely
}

function duplicate(name: string): InvalidTokenError {
  return new InvalidTokenError('duplicate_header', `Duplicate header ${name}`)
}

function singleValue(headers: object, name: string, keys?: readonly string[]): string | undefined {
  const values = valuesOf(headers, name, keys)
  if (values.length > 1) throw duplicate(name)
  const value = values[0]
  if (value !== undefined && typeof value !== 'string')
    throw new InvalidTokenError('malformed', `Malformed header ${name}: must be a string`)
  return value
}

/**
 * A token never contains a comma, and Node and Fetch join repeated headers with one. Taking the first, or the last,
 * would let a client add a second value to the one that the load balancer wrote.
 */
function singleToken(headers: object, name: string, keys: readonly string[]): string | undefined {
  const value = singleValue(headers, name, keys)
  if (value?.includes(',')) throw duplicate(name)
  return value
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What requests, contexts and events have and headers do not. A header called `raw` is a string, or a list of strings. Each
 * member by its name: to go through a list of the names takes three times as long, at each request.
 */
function isWholeRequest(given: Readonly<Record<string, unknown>>): boolean {
  return (
    // Hono's requests have a function of that name.
    isFunction(given['header']) ||
    isObject(given['headers']) ||
    isObject(given['multiValueHeaders']) ||
    isObject(given['requestContext']) ||
    isObject(given['request']) ||
    isObject(given['req']) ||
    isObject(given['raw'])
  )
}

/** What contexts of Koa have, all three, beside functions `get` and `has`. Next's headers have none of them. */
function isWholeContext(given: Readonly<Record<string, unknown>>): boolean {
  return isObject(given['req']) && isObject(given['res']) && isObject(given['request'])
}

/** Iterators, lists of another kind than arrays, and dates: all without a member that could be a header. */
function isNoRecord(given: Readonly<Record<PropertyKey, unknown>>): boolean {
  if (isFunction(given['get'])) return false
  return isFunction(given['next']) || isFunction(given[Symbol.iterator]) || given instanceof Date
}

/** @throws {ConfigurationError} saying what to pass: what is no headers must not look like a request without tokens. */
function checkHeaders(headers: HeadersInput): object {
  const given: unknown = headers
  if (typeof given !== 'object' || given === null) {
    throw new ConfigurationError('The headers of a request are needed: pass `request.headers`')
  }
  if (Array.isArray(given)) {
    throw new ConfigurationError('Headers must not be a list: pass `request.headers`, not `rawHeaders` or pairs')
  }
  const members = given as Readonly<Record<string, unknown>>
  if (isFunction(members['then'])) {
    throw new ConfigurationError('This is a Promise of headers: await it first, as in `await headers()`')
  }
  // Next's Headers have a member called `headers`.
  if (isFunction(members['get']) && isFunction(members['has']) && !isWholeContext(members)) return given
  if (isWholeRequest(members)) {
    throw new ConfigurationError('This is a whole request or event: pass its `headers` (or its `multiValueHeaders`)')
  }
  if (isNoRecord(members)) {
    throw new ConfigurationError('Headers must not be an iterator, a Set or a Date: pass `request.headers` itself')
  }
  return given
}

/**
 * Whether there is a token at all, good or bad: a request with one of two is no request without tokens.
 *
 * @throws {ConfigurationError} as {@link readHeaders} does.
 */
export function hasTokens(headers: HeadersInput): boolean {
  const given = checkHeaders(headers)
  return [OIDC_DATA_HEADER, ACCESS_TOKEN_HEADER].some((name) => valuesOf(given, name).length > 0)
}

/**
 * Whether any of the load balancer's headers is there, one that is not read among them: such a request is judged by those
 * alone. Of headers that cannot be listed the three that are read are asked for.
 *
 * @throws {ConfigurationError} as {@link readHeaders} does.
 */
export function hasOidcHeaders(headers: HeadersInput): boolean {
  const given = checkHeaders(headers)
  if (!('get' in given && isFunction(given.get))) return Object.keys(given).some((name) => isOidcHeader(given, name))
  if ([OIDC_DATA_HEADER, ACCESS_TOKEN_HEADER, IDENTITY_HEADER].some((name) => valuesOf(given, name).length > 0))
    return true
  if (!('keys' in given && typeof given.keys === 'function')) return false
  for (const name of given.keys() as Iterable<unknown>) {
    if (typeof name === 'string' && OIDC_NAME.test(name)) return true
  }
  return false
}

function isOidcHeader(headers: object, name: string): boolean {
  return OIDC_NAME.test(name) && valuesOf(headers, name.toLowerCase()).length > 0
}

/** `credentials` of RFC 9110 section 11.4, for the one scheme that is read, in any letter case (section 11.1). */
const IS_BEARER = /^\s*bearer(?![\w!#$%&'*+.^`|~-])/i

/** Section 2.1 of RFC 6750: nothing before it, and one space between. */
const ONE_SPACE = /^bearer /i

/** What Node and Fetch make of two lines: a comma, which no token contains. Other schemes have commas of their own. */
const IS_SECOND_BEARER = /,\s*bearer(?![\w!#$%&'*+.^`|~-])/i

/**
 * Reads the bearer token of `Authorization` (RFC 6750 section 2.1), of headers that {@link hasOidcHeaders} has checked: one header,
 * one space, and what is to be one token.
 *
 * @returns `undefined` without the header, and for another scheme.
 * @throws {InvalidTokenError} `duplicate_header` for two of them, or a comma; `malformed` for anything else before the token.
 */
export function readBearerToken(headers: HeadersInput): string | undefined {
  const value = singleValue(headers, AUTHORIZATION_HEADER)
  if (value === undefined) return undefined
  const isBearer = IS_BEARER.test(value)
  if (value.includes(',') && (isBearer || IS_SECOND_BEARER.test(value))) throw duplicate(AUTHORIZATION_HEADER)
  if (!isBearer) return undefined
  if (!ONE_SPACE.test(value)) {
    throw new InvalidTokenError(
      'malformed',
      'Malformed header authorization: must be "Bearer", one space and one token',
    )
  }
  // As it is: its verifier accepts base64url with two dots between and nothing else, and asks once of a token that it remembers.
  return value.slice('bearer '.length)
}

/** Whether a header is there, whatever its value. `name` is in lower case. */
export function hasHeader(headers: HeadersInput, name: string): boolean {
  return valuesOf(checkHeaders(headers), name).length > 0
}

/**
 * Reads the three headers, refusing repeated ones.
 *
 * @param readsAccessToken `false` where groups come from the load balancer's token (`groupsClaim`): another identity
 * provider's access token may be anything, and is not looked at.
 * @throws {InvalidTokenError} `duplicate_header` when one is present more than once; `malformed` when one is not a string.
 * @throws {ConfigurationError} when `headers` is not an object, or is a whole request or event, a list or an iterator.
 */
export function readHeaders(headers: HeadersInput, readsAccessToken = true): OidcHeaders {
  const given = checkHeaders(headers)
  const keys = likelyNames(given)
  return {
    oidcData: singleToken(given, OIDC_DATA_HEADER, keys),
    accessToken: readsAccessToken ? singleToken(given, ACCESS_TOKEN_HEADER, keys) : undefined,
    identity: singleValue(given, IDENTITY_HEADER, keys),
  }
}

/**
 * Insists on the tokens.
 *
 * @param needsAccessToken `false` where groups come from the load balancer's token (`groupsClaim`).
 * @throws {MissingTokenError} naming each header that is not there.
 */
export function requireTokens(headers: OidcHeaders, needsAccessToken: boolean): TokenHeaders {
  const { oidcData, accessToken, identity } = headers
  const lacksAccessToken = needsAccessToken && accessToken === undefined
  if (oidcData !== undefined && !lacksAccessToken) return { oidcData, accessToken, identity }
  const missing: string[] = []
  if (oidcData === undefined) missing.push(OIDC_DATA_HEADER)
  if (lacksAccessToken) missing.push(ACCESS_TOKEN_HEADER)
  throw new MissingTokenError(missing)
}
