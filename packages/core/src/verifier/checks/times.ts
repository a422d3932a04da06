/**
 * The times of a token against the clock (RFC 7519 sections 4.1.4 to 4.1.6).
 *
 * @module
 */

import { ExpiredTokenError, InvalidTokenError } from '../../errors.js'

/** Seconds since 1970, as tokens count; asked once for all times of a token. */
export function nowSeconds(): number {
  return Date.now() / 1000
}

/** The last second that a `Date` can be (ECMA-262, Time Values): what is to happen after it never would. */
const LATEST_SECONDS = 8.64e12

/**
 * Rejects an "exp" (Expiration Time) that has come: a token is good until the second before it.
 *
 * @param what The token, for messages.
 * @param now As {@link nowSeconds} said.
 * @throws {InvalidTokenError} `claims` when it is not a finite number, or later than any date.
 * @throws {ExpiredTokenError} when now is at or after it, plus the tolerance.
 */
export function checkNotExpired(
  exp: unknown,
  toleranceSeconds: number,
  what: string,
  now = nowSeconds(),
): asserts exp is number {
  if (typeof exp !== 'number' || !Number.isFinite(exp) || exp > LATEST_SECONDS) {
    throw new InvalidTokenError('claims', `Invalid "exp": must be a number of seconds: ${what}`)
  }
  if (now >= exp + toleranceSeconds) throw new ExpiredTokenError(`Token expired: ${what}`)
}

/**
 * Rejects an "nbf" (Not Before) or "iat" (Issued At) in the future; absent is fine.
 *
 * @param what The token, for messages.
 * @param now As {@link nowSeconds} said.
 * @throws {InvalidTokenError} `claims` when it is there and not a finite number; `not_yet_valid` when it is later
 * than now, plus the tolerance.
 */
export function checkNotFuture(
  time: unknown,
  name: 'nbf' | 'iat',
  toleranceSeconds: number,
  what: string,
  now = nowSeconds(),
): void {
  if (time === undefined) return
  if (typeof time !== 'number' || !Number.isFinite(time)) {
    throw new InvalidTokenError('claims', `Invalid "${name}": must be a number of seconds: ${what}`)
  }
  if (time > now + toleranceSeconds) {
    throw new InvalidTokenError(
      'not_yet_valid',
      `Token not yet valid: "${name}" is in the future: ${what}. Is the clock of this machine right?`,
    )
  }
}
