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

/** Whether V8 keeps a string with two bytes a character. A loop: most are short, and to call a pattern takes longer than to read them. */
function isWide(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0xff) return true
  return false
}

/** Bytes that a value of `JSON.parse` takes on a 64-bit machine, about; what it is kept in counts with its container. */
export function weigh(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length * (isWide(value) ? 2 : 1)
  if (typeof value !== 'object' || value === null) return isSmall(value) ? 0 : 16
  // Loops: of frozen lists, as claims are, `reduce` takes several times as long on V8.
  if (Array.isArray(value)) {
    let bytes = 40
    for (const member of value) bytes += 8 + weigh(member)
    return bytes
  }
  // Not `entries`: its pairs are a third of what this takes, and this is 4 % of a token never seen.
  const keys = Object.keys(value)
  const isDictionary = keys.length > MANY_MEMBERS
  let bytes = 64
  for (const key of keys) {
    bytes += 32 + (isDictionary ? 24 + key.length : 0) + weigh((value as Record<string, unknown>)[key])
  }
  return bytes
}
