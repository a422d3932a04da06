/**
 * Ends a WebSocket when the user's access token expires: after the upgrade, no request brings new tokens.
 *
 * @module
 */

import type { User } from './user.js'

/** Close code 4401: RFC 6455 section 7.4.2 leaves 4000 to 4999 to applications; 401 is what HTTP would say. */
export const EXPIRED_CLOSE_CODE = 4401

/** What is needed of a socket: the browser's `WebSocket`, `ws` and most others have it. */
export interface ClosableSocket {
  close(code?: number, reason?: string): void
  once?(event: 'close', listener: () => void): unknown
  addEventListener?(event: 'close', listener: () => void): unknown
}

/** `setTimeout` takes no more than 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 2_147_483_647

/**
 * Closes the socket with code 4401 when the user's access token has expired. Does nothing for a user without an
 * expiry (`expiresAt` is null: mock users, and `groupsClaim`, under which the app must set its own limit).
 *
 * The timer goes with the socket, and does not keep the process alive.
 *
 * @returns A function that calls it off.
 */
export function closeAtExpiry(socket: ClosableSocket, user: User): () => void {
  const expiresAt = user.expiresAt?.getTime()
  if (expiresAt === undefined) return () => undefined
  let timer: NodeJS.Timeout | undefined
  const cancel = (): void => clearTimeout(timer)
  const check = (): void => {
    const left = expiresAt - Date.now()
    if (left <= 0) return socket.close(EXPIRED_CLOSE_CODE, 'expired')
    // The clock is asked again when the timer fires: it may have been set, or the machine been asleep.
    timer = setTimeout(check, Math.min(left, LONGEST_TIMER_MS))
    timer.unref()
  }
  check()
  if (socket.once !== undefined) socket.once('close', cancel)
  else socket.addEventListener?.('close', cancel)
  return cancel
}
