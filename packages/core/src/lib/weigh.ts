/**
 * How much memory parsed JSON takes: a limit on the number of tokens alone would let a few thousand large ones fill a container.
 *
 * @module
 */

/** Members from which on V8 keeps an object as a dictionary, with keys that no other object shares. */
const MANY_MEMBERS = 32

/** Whether V8 keeps a number in the place of a pointer. */
function isSmall(value: unknown): boolean {
  return typeof value !== 'number' || (Number.isInteger(value) && Math.abs(value) < 2 ** 31)
}

/** Bytes that a value of `JSON.parse` takes on a 64-bit machine, about; what it is kept in counts with its container. */
export function weigh(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length * (/[^\0-\u00FF]/.test(value) ? 2 : 1)
  if (typeof value !== 'object' || value === null) return isSmall(value) ? 0 : 16
  // Loops: of frozen lists, as claims are, `reduce` takes several times as long on V8.
  if (Array.isArray(value)) {
    let bytes = 40
    for (const member of value) bytes += 8 + weigh(member)
    return bytes
  }
  const members = Object.entries<unknown>(value as Record<string, unknown>)
  const isDictionary = members.length > MANY_MEMBERS
  let bytes = 64
  for (const [key, member] of members) bytes += 32 + (isDictionary ? 24 + key.length : 0) + weigh(member)
  return bytes
}
