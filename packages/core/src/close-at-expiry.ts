/**
 * Ends what outlives its request when the user's access token expires: WebSockets, streamed responses, work under way.
 * After the headers of the first request, nothing brings new tokens.
 *
 * @module
 */

import { ConfigurationError, ExpiredTokenError } from './errors.js'
import type { User } from './user.js'

/** Close code 4401: RFC 6455 section 7.4.2 leaves 4000 to 4999 to applications; 401 is what HTTP would say. */
export const EXPIRED_CLOSE_CODE = 4401

/** What is needed of a WebSocket: the browser's, `ws` and most others have it. */
export interface ClosableSocket {
  close(code?: number, reason?: string): void
  /** Ends the connection without asking; of `ws`. */
  terminate?(): void
  once?(event: 'close', listener: () => void): unknown
  addEventListener?(event: 'close', listener: () => void): unknown
}

/** What is needed of a socket of Socket.IO, on the server. */
export interface DisconnectableSocket {
  /** `true` closes the connection below, of all namespaces. */
  disconnect(close?: boolean): unknown
}

/** What is needed of a response that is streamed: Node's `ServerResponse` of HTTP/1.1 and HTTP/2, and its socket, have it. */
export interface StreamedResponse {
  destroy(): unknown
  write(chunk: string): unknown
  end(): unknown
}

/** What {@link closeAtExpiry} can end. */
export type Expirable = ClosableSocket | DisconnectableSocket | StreamedResponse | AbortController

/** `setTimeout` takes no more than 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 2_147_483_647

/** How long the other side has to answer the close: `ws` gives it 30 s, and goes on emitting its messages meanwhile. */
const GRACE_MS = 2_000

/** How one kind of thing is ended. */
interface Ending {
  /** The event that tells of its end. */
  readonly event: 'abort' | 'close' | 'disconnect'
  /** What emits it. */
  readonly emitter: object
  readonly end: () => unknown
  /** What is done where that was not answered. */
  readonly force?: (() => unknown) | undefined
}

/** The methods of something that are there. */
type Methods = Partial<Record<'abort' | 'destroy' | 'end' | 'setHeader' | 'terminate' | 'write' | 'writeHead', unknown>>

const isFunction = (value: unknown): boolean => typeof value === 'function'

/**
 * Members of what can be closed, or disconnected, and is no connection: servers, where one user's expiry would end everybody's
 * connections or nobody's; UDP, files, timers, sessions of HTTP/2, ports and processes; consoles; streams of the web.
 */
const NO_CONNECTION = [
  'listen',
  'handleUpgrade',
  'bind',
  'unref',
  'goaway',
  'postMessage',
  'kill',
  'prompt',
  'getReader',
  'getWriter',
  'releaseLock',
  'datasync',
  'readSync',
]

/** Whether it is one connection that ends by `name`: a socket of a library, or what an app made for the purpose. */
function endsBy(name: 'close' | 'disconnect', target: object): boolean {
  const members = target as { readonly [name: string]: unknown }
  return isFunction(members[name]) && !NO_CONNECTION.some((other) => isFunction(members[other]))
}

/** Whether it is a response, or a stream that is written to; not a request that this process sends. */
function isWritten(target: object): boolean {
  const { destroy, end, setHeader, write, writeHead } = target as Methods
  const isOutgoingRequest = isFunction(setHeader) && !isFunction(writeHead)
  return isFunction(destroy) && isFunction(write) && isFunction(end) && !isOutgoingRequest
}

/** @throws {ConfigurationError} for what cannot be ended: in a timer, an hour later, an exception would end the process. */
function endingOf(given: Expirable): Ending {
  const target: object = Object(given)
  const { abort, terminate } = target as Methods
  const { signal } = target as Partial<AbortController>
  if (isFunction(abort) && isFunction(signal?.addEventListener)) {
    const controller = given as AbortController
    const expired = (): Error => new ExpiredTokenError('Token expired: x-amzn-oidc-accesstoken')
    return { event: 'abort', emitter: controller.signal, end: () => controller.abort(expired()) }
  }
  // Streams before sockets: those of HTTP/2 have a `close` that wants another code.
  if (isWritten(target)) {
    return { event: 'close', emitter: target, end: () => (given as StreamedResponse).destroy() }
  }
  if (endsBy('close', target)) {
    const socket = given as ClosableSocket
    return {
      event: 'close',
      emitter: target,
      end: () => socket.close(EXPIRED_CLOSE_CODE, 'expired'),
      force: isFunction(terminate) ? () => socket.terminate?.() : undefined,
    }
  }
  if (endsBy('disconnect', target)) {
    return { event: 'disconnect', emitter: target, end: () => (given as DisconnectableSocket).disconnect(true) }
  }
  throw new ConfigurationError(
    'closeAtExpiry() takes a WebSocket, a socket of Socket.IO, a ServerResponse (Express: res; Koa: ctx.res; Fastify: reply.raw) or an AbortController',
  )
}

/** @throws {ConfigurationError} for what is no user: nothing would end then. */
function expiryOf(user: User): number | undefined {
  const { expiresAt } = Object(user) as Partial<User>
  if (expiresAt === null) return undefined
  // Not by `instanceof`: test runners have more than one `Date`.
  if (isFunction(expiresAt?.getTime)) return expiresAt?.getTime()
  throw new ConfigurationError(
    'closeAtExpiry() takes a User as its second argument: one with expiresAt, a Date or null',
  )
}

/** Calls `listener` when something has ended, where it can tell. */
function onEnd({ emitter, event }: Ending, listener: () => void): void {
  const { once, addEventListener } = emitter as {
    once?: (event: string, listener: () => void) => unknown
    addEventListener?: (event: string, listener: () => void) => unknown
  }
  if (once !== undefined) once.call(emitter, event, listener)
  else addEventListener?.call(emitter, event, listener)
}

/** What a socket throws in a timer would end the process, and all other users' connections with it. */
function warn(error: unknown): void {
  const kind = error instanceof Error ? error.name : 'not an Error'
  process.emitWarning(`A connection could not be ended when its access token expired (${kind})`, {
    type: 'CognitoAuthWarning',
    code: 'COGNITO_AUTH_CLOSE',
  })
}

function run(action: () => unknown): void {
  // An async function: what `action` throws, and a promise of it that is rejected, are the same then.
  void (async () => await action())().catch(warn)
}

/**
 * Ends a connection when the user's access token has expired: closes a WebSocket with code 4401, disconnects a socket of
 * Socket.IO, destroys a `ServerResponse` (server-sent events, downloads), aborts an `AbortController` with an
 * `ExpiredTokenError`. At once where it has expired already. Does nothing for a user without an expiry (`expiresAt` is null:
 * mock users, and `groupsClaim`, under which the app must set its own limit).
 *
 * Where the other side of a WebSocket does not answer the close, and it has `terminate()`, it is terminated after 2 s. A
 * message may arrive in between.
 *
 * The timer goes with the connection, and does not keep the process alive. Nothing throws in it: what cannot be ended is a
 * `CognitoAuthWarning`.
 *
 * @returns A function that calls it off.
 * @throws {ConfigurationError} for anything else than these, and for what is no user.
 */
export function closeAtExpiry(connection: Expirable, user: User): () => void {
  const ending = endingOf(connection)
  const expiresAt = expiryOf(user)
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
    const { force } = ending
    if (force !== undefined) later(() => run(force), GRACE_MS)
    run(ending.end)
  }
  check()
  onEnd(ending, cancel)
  return cancel
}
