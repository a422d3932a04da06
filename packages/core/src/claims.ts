/**
 * Parses untrusted JSON, and makes of verified claims frozen data without prototypes (prototype pollution).
 *
 * @module
 */

import { isUtf8 } from 'node:buffer'
import type { Claims } from './user-type.js'

/** Real claims are two or three levels deep; the limit keeps recursion far from the end of the stack. */
const MAX_DEPTH = 32

/**
 * Makes claims safe to hand out, all the way down. Objects lose their prototype: an app that lets a user write to
 * `Object.prototype` must not thereby give claims to tokens that lack them (CWE-1321). Every member called `__proto__` is
 * dropped: `JSON.parse` makes it an ordinary member, but the first `Object.assign` or merge in an app's handler would make it
 * the prototype. Everything is frozen.
 *
 * @returns `false` when it is nested too deep.
 */
export function harden(value: object, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false
  if (Object.hasOwn(value, '__proto__')) delete (value as Record<string, unknown>)['__proto__']
  for (const member of Array.isArray(value) ? (value as unknown[]) : Object.values<unknown>(value as Claims)) {
    if (typeof member === 'object' && member !== null && !harden(member, depth + 1)) return false
  }
  if (!Array.isArray(value)) Object.setPrototypeOf(value, null)
  Object.freeze(value)
  return true
}

/**
 * Parses bytes as a JSON object that is not yet {@link harden}ed: for what may be rejected after a look at it. It has own
 * members only.
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
  return Object.setPrototypeOf(value, null) as Claims
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
