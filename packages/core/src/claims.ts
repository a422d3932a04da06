/**
 * JSON of strangers becomes data, and what of it is believed becomes frozen, harmless data.
 *
 * @module
 */

import { isUtf8 } from 'node:buffer'
import type { Claims } from './user-type.js'

/** Real claims are two or three levels deep; the limit keeps recursion far from the end of the stack. */
const MAX_DEPTH = 32

/**
 * Freezes all the way down, and drops every member called `__proto__`: `JSON.parse` makes it an ordinary member, but the
 * first `Object.assign` or merge in somebody's handler would make it the prototype. To be asked before an object is
 * handed to anybody.
 *
 * @returns `false` when it is nested absurdly deep.
 */
export function harden(value: object, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false
  if (Object.hasOwn(value, '__proto__')) delete (value as Record<string, unknown>)['__proto__']
  for (const member of Array.isArray(value) ? (value as unknown[]) : Object.values<unknown>(value as Claims)) {
    if (typeof member === 'object' && member !== null && !harden(member, depth + 1)) return false
  }
  Object.freeze(value)
  return true
}

/**
 * Parses bytes as a JSON object that is not yet {@link harden}ed: for what may be refused after a look at it.
 *
 * @returns `undefined` when the bytes are not UTF-8, not JSON, or not an object (RFC 7519 section 7.2: a JWT Claims Set is
 * one).
 */
export function parseSoftJsonObject(bytes: Buffer, start = 0, end = bytes.length): Claims | undefined {
  const text = bytes.toString('utf8', start, end)
  // What is not UTF-8 was replaced by that character; a text may have it of its own.
  if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(start, end))) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as Claims
}

/**
 * Parses bytes as a JSON object.
 *
 * @returns The object, hardened; `undefined` when the bytes are not UTF-8, not JSON, not an object, or it is nested
 * absurdly deep.
 */
export function parseJsonObject(bytes: Buffer): Claims | undefined {
  const object = parseSoftJsonObject(bytes)
  return object !== undefined && harden(object) ? object : undefined
}

/** A claim where it is a string, else `''`. */
export function stringClaim(claims: Claims, name: string): string {
  const value = claims[name]
  return typeof value === 'string' ? value : ''
}
