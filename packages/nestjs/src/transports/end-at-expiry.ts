/**
 * Ends what outlives its request (a socket, a stream) when the access token of its user expires.
 *
 * @module
 */

import { type ClosableSocket, closeAtExpiry, type User } from '@cognito-auth/core'
import { member } from './request-of.js'

/** What we use of a socket of Socket.IO. */
interface IoSocket {
  disconnect(close: boolean): unknown
  once(event: 'disconnect', listener: () => void): unknown
}

/** What we use of a response, or of a connection: Node's streams. */
interface Destroyable {
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
}

/** What is being watched: once, however often it is asked. */
const watched = new WeakSet<object>()

export function isIoSocket(socket: object): socket is IoSocket {
  return typeof (socket as Partial<IoSocket>).disconnect === 'function' && 'request' in socket
}

/** A socket that does not tell when it is closed is left alone: some throw when they are closed again. */
export function isClosable(socket: unknown): socket is ClosableSocket {
  return ['close', 'once'].every((name) => typeof member(socket, name) === 'function')
}

export function isDestroyable(stream: unknown): stream is Destroyable {
  return ['destroy', 'once'].every((name) => typeof member(stream, name) === 'function')
}

/** Socket.IO has no close codes. */
function closableOf(socket: IoSocket): ClosableSocket {
  return { close: () => void socket.disconnect(true), once: (_, listener) => socket.once('disconnect', listener) }
}

/** Ends a connection when its user's access token expires: with close code 4401, where there are codes. */
export function endAtExpiry(socket: object, user: User | null): void {
  if (user === null || watched.has(socket)) return
  watched.add(socket)
  closeAtExpiry(isIoSocket(socket) ? closableOf(socket) : (socket as ClosableSocket), user)
}

/** Destroys a response, or a connection, when its user's access token expires. */
export function destroyAtExpiry(stream: unknown, user: User | null): void {
  if (user === null || !isDestroyable(stream) || watched.has(stream)) return
  watched.add(stream)
  closeAtExpiry({ close: () => void stream.destroy(), once: (_, listener) => stream.once('close', listener) }, user)
}

/** Ends a connection now. `ws` tells the client that it broke a rule (RFC 6455 section 7.4.1). */
export function endConnection(socket: object): void {
  const given = socket as Partial<ClosableSocket>
  if (isIoSocket(socket)) socket.disconnect(true)
  else if (typeof given.close === 'function') given.close(1008, 'Not allowed')
}
