/**
 * Parses untrusted JSON, and makes of verified claims frozen data without prototypes (prototype pollution).
 *
 * @module
 */

import { isUtf8 } from 'node:buffer'
import { LIST_BYTES, OBJECT_BYTES, PLACE_BYTES, placeBytes, weighLeaf } from './lib/memory/weigh.js'
import type { Claims } from './user-type.js'

/** Real claims are two or three levels deep; the limit keeps recursion far from the end of the stack. */
const MAX_DEPTH = 32

/** Hardens and weighs what a list or an object has as a member. */
function hardenMember(member: unknown, depth: number): number | undefined {
  return typeof member === 'object' && member !== null ? harden(member, depth) : weighLeaf(member)
}

function hardenList(list: readonly unknown[], depth: number): number | undefined {
  let bytes = LIST_BYTES
  for (const member of list) {
    const memberBytes = hardenMember(member, depth)
    if (memberBytes === undefined) return undefined
    bytes += PLACE_BYTES + memberBytes
  }
  Object.freeze(list)
  return bytes
}

function hardenObject(object: Record<string, unknown>, depth: number): number | undefined {
  const keys = Object.keys(object)
  let bytes = OBJECT_BYTES
  for (const key of keys) {
    if (key === '__proto__') {
      delete object[key]
      continue
    }
    const memberBytes = hardenMember(object[key], depth)
    if (memberBytes === undefined) return undefined
    bytes += placeBytes(key, keys.length) + memberBytes
  }
  Object.setPrototypeOf(object, null)
  Object.freeze(object)
  return bytes
}

/**
 * The members of a parsed object, in one that is cheap to keep once it is {@link harden}ed. V8 makes a layout for each object whose prototype
 * was taken away and that is frozen then, of more bytes than most claims have; those that lost it while they were empty share theirs.
 */
export function withSharedLayout(parsed: Claims): Claims {
  const empty = Object.setPrototypeOf({}, null) as object
  return Object.assign(empty, parsed) as Claims
}

/**
 * Makes claims safe to hand out, all the way down. Objects lose their prototype: an app that lets a user write to
 * `Object.prototype` must not thereby give claims to tokens that lack them (CWE-1321). Every member called `__proto__` is
 * dropped: `JSON.parse` makes it an ordinary member, but the first `Object.assign` or merge in an app's handler would make it
 * the prototype. Everything is frozen.
 *
 * What is hardened is slow to read, unless {@link withSharedLayout} made it: no code was optimised for a layout of its own. So it is weighed
 * on the way, before, and what is read of a token for each request is kept beside it.
 *
 * @returns Bytes that it takes in memory, about; `undefined` when it is nested too deep.
 */
export function harden(value: object, depth = 0): number | undefined {
  if (depth > MAX_DEPTH) return undefined
  return Array.isArray(value)
    ? hardenList(value as unknown[], depth + 1)
    : hardenObject(value as Record<string, unknown>, depth + 1)
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
  return object !== undefined && harden(object) !== undefined ? object : undefined
}
