/**
 * JSON of strangers becomes frozen, harmless data.
 *
 * @module
 */

import { isUtf8 } from 'node:buffer'
import type { Claims } from './user-type.js'

/** Real claims are two or three levels deep; the limit keeps recursion far from the end of the stack. */
const MAX_DEPTH = 32

/**
 * Freezes, and drops every member called `__proto__`: `JSON.parse` makes it an ordinary member, but the first
 * `Object.assign` or merge in somebody's handler would make it the prototype.
 */
function harden(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth > MAX_DEPTH) return false
  if (Object.hasOwn(value, '__proto__')) delete (value as Record<string, unknown>)['__proto__']
  for (const member of Object.values(value)) if (!harden(member, depth + 1)) return false
  Object.freeze(value)
  return true
}

/**
 * Parses bytes as a JSON object.
 *
 * @returns The object, frozen all the way down; `undefined` when the bytes are not UTF-8, not JSON, not an object
 * (RFC 7519 section 7.2: a JWT Claims Set is one), or nested absurdly deep.
 */
export function parseJsonObject(bytes: Buffer): Claims | undefined {
  if (!isUtf8(bytes)) return undefined
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !harden(value, 0)) return undefined
  return value as Claims
}

/** A claim where it is a string, else `''`. */
export function stringClaim(claims: Claims, name: string): string {
  const value = claims[name]
  return typeof value === 'string' ? value : ''
}
