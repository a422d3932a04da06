import { expect, test } from 'vitest'
import { checkNotExpired, checkNotFuture } from './times.js'

const now = 1_800_000_000
const latest = 8.64e12

function outcome(check: () => void): unknown {
  try {
    check()
    return 'accepted'
  } catch (error) {
    const { code, reason } = error as { code: unknown; reason?: unknown }
    return reason ?? code
  }
}

test.each([
  ['the second before now', now - 1, 'expired_token'],
  ['now', now, 'expired_token'],
  ['the second after now', now + 1, 'accepted'],
  ['the last second that is a date', latest, 'accepted'],
  ['one that is after all dates', latest + 1, 'claims'],
  ['one that JSON writes as 1e999', Number.POSITIVE_INFINITY, 'claims'],
  ['one before all times', Number.NEGATIVE_INFINITY, 'claims'],
  ['no number', Number.NaN, 'claims'],
  ['a string', String(now + 1), 'claims'],
  ['a list', [now + 1], 'claims'],
  ['null', null, 'claims'],
  ['absent', undefined, 'claims'],
])('an "exp" that is %s', (_, exp, expected) => {
  expect(outcome(() => checkNotExpired(exp, 0, 'token', now))).toBe(expected)
})

test.each([
  ['absent', undefined, 'accepted'],
  ['now', now, 'accepted'],
  ['the second after now', now + 1, 'not_yet_valid'],
  ['one that JSON writes as 1e999', Number.POSITIVE_INFINITY, 'claims'],
  ['one before all times', Number.NEGATIVE_INFINITY, 'claims'],
  ['no number', Number.NaN, 'claims'],
  ['a string', String(now), 'claims'],
  ['a list', [now], 'claims'],
  ['null', null, 'claims'],
])('an "nbf" that is %s', (_, nbf, expected) => {
  expect(outcome(() => checkNotFuture(nbf, 'nbf', 0, 'token', now))).toBe(expected)
})
