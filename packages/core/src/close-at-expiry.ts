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
  /** Ends the connection without asking; of `ws`. */
  terminate?(): void
  once?(event: 'close', listener: () => void): unknown
  addEventListener?(event: 'close', listener: () => void): unknown
}

/** `setTimeout` takes no more than 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 2_147_483_647

/** How long the other side has to answer the close: `ws` gives it 30 s, and goes on emitting its messages meanwhile. */
const GRACE_MS = 2_000

/**
 * Closes the socket with code 4401 when the user's access token has expired. Does nothing for a user without an
 * expiry (`expiresAt` is null: mock users, and `groupsClaim`, under which the app must set its own limit).
 *
 * Where the other side does not answer the close, a socket that has `terminate()` is terminated after 2 s. A message may
 * come in between.
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
  const later = (action: () => void, ms: number): void => {
    timer = setTimeout(action, ms)
    timer.unref()
  }
  const check = (): void => {
    const left = expiresAt - Date.now()
    // The clock is asked again when the timer fires: it may have been set, or the machine been asleep.
    if (left > 0) return later(check, Math.min(left, LONGEST_TIMER_MS))
    if (socket.terminate !== undefined) later(() => socket.terminate?.(), GRACE_MS)
    socket.close(EXPIRED_CLOSE_CODE, 'expired')
  }
  check()
  if (socket.once !== undefined) socket.once('close', cancel)
  else socket.addEventListener?.('close', cancel)
  return cancel
}
