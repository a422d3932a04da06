/**
 * Ends what outlives its request (a socket, a stream) when the access token of its user expires.
 *
 * @module
 */

import type { Duplex } from 'node:stream'
import { type ClosableSocket, closeAtExpiry, type User } from '@cognito-auth/core'
import { member } from './request-of.js'

/** What is being watched: once, however often it is asked. */
const watched = new WeakSet<object>()

function has(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof member(value, name) === 'function')
}

/** A socket that does not tell when it is closed is left alone: some throw when they are closed again. */
export function isClosable(socket: unknown): socket is ClosableSocket {
  return has(socket, ['close', 'once'])
}

/** Ends a connection when its user's access token expires: a WebSocket with close code 4401, a socket of Socket.IO. */
export function endAtExpiry(socket: object, user: User | null): void {
  if (user === null || watched.has(socket)) return
  watched.add(socket)
  closeAtExpiry(socket as ClosableSocket, user)
}

/** Destroys a response, or a connection, when its user's access token expires. */
export function destroyAtExpiry(stream: unknown, user: User | null): void {
  // What a server shows in the place of a response may be anything.
  if (has(stream, ['destroy', 'write', 'end'])) endAtExpiry(stream as object, user)
}

/** Ends a connection now. `ws` tells the client that it broke a rule (RFC 6455 section 7.4.1). */
export function endConnection(socket: object): void {
  const { disconnect, close } = socket as { disconnect?: unknown; close?: unknown }
  if (typeof disconnect === 'function') disconnect.call(socket, true)
  else if (typeof close === 'function') close.call(socket, 1008, 'Not allowed')
}

/**
 * Destroys what carries a connection some time after its user's access token has expired: what runs over it may have
 * closed it with a code of its own by then.
 */
export function destroyAfterExpiry(carrier: Duplex, user: User): void {
  const once: ClosableSocket['once'] = (event, listener) => carrier.once(event, listener)
  endAtExpiry({ close: () => undefined, terminate: () => carrier.destroy(), once }, user)
}
