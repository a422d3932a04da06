/**
 * A time as people write it: a date, or how far from now.
 *
 * @module
 */

import { LocalAlbError } from './users.js'

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const WRITE = 'must be a date such as 2026-12-24T08:00:00Z, or a distance such as +2h, -5m or +8d'

/**
 * Milliseconds from now to a time.
 *
 * @throws {LocalAlbError} when it is none.
 */
export function offsetOf(text: string): number {
  const [, sign, count = '', unit = ''] = /^([+-])(\d{1,6})([smhd])$/.exec(text) ?? []
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * Number(count) * (UNITS[unit] ?? 0)
  // Dates only, with or without a time: `Date.parse` takes much that is none.
  const time = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new LocalAlbError(`at ${WRITE}`)
  return time - Date.now()
}

/** Whether a string is a time. */
export function isTime(text: string): boolean {
  try {
    offsetOf(text)
    return true
  } catch {
    return false
  }
}

/** What to write, for messages. */
export const TIME_MESSAGE = WRITE
