/**
 * Verifies WebSocket handshakes, before there is a connection that could listen to anything.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { type ClosableSocket, closeAtExpiry, ConfigurationError, type User } from '@cognito-auth/core'
import { problemHeaders, problemOf } from '@cognito-auth/core/adapter'
import { type Carrier, rememberUpgrade } from './carrier.js'

/** Lets a handshake through, or throws. `null` for nobody, where that is welcome. */
export type AdmitHandshake = (carrier: Carrier) => Promise<User | null>

type VerifyClient = (
  info: { readonly req: IncomingMessage },
  done: (verified: boolean, code?: number, message?: string, headers?: Record<string, string>) => void,
) => unknown

/** What we use of a server of `ws`. */
interface WsServer {
  readonly options: { verifyClient?: VerifyClient | undefined }
  handleUpgrade(...args: unknown[]): void
  on(event: 'connection', listener: (socket: ClosableSocket, request: IncomingMessage) => void): unknown
}

/** What we use of a socket of Socket.IO. */
interface IoSocket {
  readonly handshake: Carrier
  disconnect(close: boolean): unknown
  once(event: 'disconnect', listener: () => void): unknown
}

/** What we use of a server, or namespace, of Socket.IO. */
interface IoServer {
  use(middleware: (socket: IoSocket, next: (error?: Error) => void) => void): unknown
  on(event: 'connection', listener: (socket: IoSocket) => void): unknown
}

const closing = new WeakSet<object>()

/** Ends a connection when its user's access token expires; once, however often it is asked. */
export function endAtExpiry(socket: object, user: User | null): void {
  if (user === null || closing.has(socket)) return
  closing.add(socket)
  closeAtExpiry(isIoSocket(socket) ? closableOf(socket) : (socket as ClosableSocket), user)
}

function isIoSocket(socket: object): socket is IoSocket {
  return typeof (socket as Partial<IoSocket>).disconnect === 'function' && 'handshake' in socket
}

/** Socket.IO has no close codes. */
function closableOf(socket: IoSocket): ClosableSocket {
  return { close: () => void socket.disconnect(true), once: (_, listener) => socket.once('disconnect', listener) }
}

function watchWs(server: WsServer, admit: AdmitHandshake | undefined): void {
  const users = new WeakMap<object, User | null>()
  if (admit !== undefined) {
    const next = server.options.verifyClient
    const verifyClient: VerifyClient = (info, done) => {
      admit(info.req).then(
        (user) => {
          users.set(info.req, user)
          if (next === undefined) done(true)
          // As `ws` itself tells the two forms apart.
          else if (next.length === 2) next(info, done)
          else done(next(info, done) === true)
        },
        (error: unknown) => {
          const { 'cache-control': cacheControl, ...headers } = problemHeaders(error)
          const problem = problemOf(error)
          done(false, problem.status, JSON.stringify(problem), {
            ...headers,
            'Cache-Control': cacheControl ?? 'no-store',
            'Content-Type': 'application/problem+json',
          })
        },
      )
    }
    server.options.verifyClient = verifyClient
  }
  server.on('connection', (socket, request) => {
    rememberUpgrade(socket, request)
    endAtExpiry(socket, users.get(request) ?? null)
  })
}

function watchIo(server: IoServer, admit: AdmitHandshake): void {
  const users = new WeakMap<object, User | null>()
  server.use((socket, next) => {
    admit({ headers: socket.handshake.headers }).then(
      (user) => {
        users.set(socket, user)
        next()
      },
      (error: unknown) => {
        const problem = problemOf(error)
        // Socket.IO gives `message` and `data` to the client, in `connect_error`.
        next(Object.assign(new Error(problem.title), { data: problem }))
      },
    )
  })
  server.on('connection', (socket) => endAtExpiry(socket, users.get(socket) ?? null))
}

/**
 * Refuses handshakes that `admit` does not let through, and ends connections at expiry. With `ws` a refusal is the
 * HTTP answer to the upgrade; with Socket.IO it is a `connect_error`.
 *
 * @param admit `undefined`: nothing is asked at the handshake, and it is remembered for the handlers.
 * @throws {ConfigurationError} for a server that is neither.
 */
export function watchHandshakes(server: unknown, admit: AdmitHandshake | undefined): void {
  const given = server as Partial<WsServer & IoServer> | null
  if (typeof given?.handleUpgrade === 'function' && typeof given.options === 'object') {
    watchWs(given as WsServer, admit)
  } else if (typeof given?.use === 'function' && typeof given.on === 'function') {
    if (admit !== undefined) watchIo(given as IoServer, admit)
  } else {
    throw new ConfigurationError('CognitoAuthGuard knows WebSocket servers of ws and of Socket.IO; this is neither')
  }
}
