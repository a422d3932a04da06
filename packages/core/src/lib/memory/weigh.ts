/**
 * How much memory parsed JSON takes on a 64-bit machine, about: a limit on the number of tokens alone would let a few thousand large
 * ones fill a container.
 *
 * @module
 */

/** Members from which on V8 keeps an object as a dictionary, with keys that no other object shares. */
const MANY_MEMBERS = 32

/** Bytes of a list, its members aside. */
export const LIST_BYTES = 40

/** Bytes of the place of a member in a list. */
export const PLACE_BYTES = 8

/** Bytes of an object, its members aside. */
export const OBJECT_BYTES = 64

/** Bytes of the place of a member in an object that has `count` of them. */
export function placeBytes(key: string, count: number): number {
  return 32 + (count > MANY_MEMBERS ? 24 + key.length : 0)
}

/** Whether V8 keeps a number in the place of a pointer. */
function isSmall(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31
}

/** Whether V8 keeps a string with two bytes a character. A loop: most are short, and to call a pattern takes longer than to read them. */
function isWide(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0xff) return true
  return false
}

/** Bytes of a value that has no members; what it is kept in counts with its container. */
export function weighLeaf(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length * (isWide(value) ? 2 : 1)
  return typeof value !== 'number' || isSmall(value) ? 0 : 16
}
