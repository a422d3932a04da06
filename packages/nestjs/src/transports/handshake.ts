/**
 * Verifies WebSocket handshakes, before there is a connection that could listen to anything.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { type ClosableSocket, ConfigurationError, type User } from '@cognito-auth/core'
import { problemDetails } from '@cognito-auth/core/adapter'
import { endAtExpiry, endConnection } from './end-at-expiry.js'
import type { Carrier } from './request-of.js'
import { rememberUpgrade, requestOfSocket } from './ws.js'

/** What is asked at a handshake. */
export interface HandshakeRule {
  /** Allows a handshake, or throws. `null` for an anonymous one, where the gateway is optional. */
  readonly admit: (carrier: Carrier) => Promise<User | null>
  /** Headers that go with a refusal. */
  readonly headersOf: (error: unknown) => Record<string, string>
  /** Whether a handshake that is refused gets no connection. Else handlers ask, and get the answer of now: tokens expire. */
  readonly isRequired: boolean
}

type VerifyClient = (
  info: { readonly req: IncomingMessage },
  done: (verified: boolean, code?: number, message?: string, headers?: Record<string, string>) => void,
) => unknown

/** What we use of a server of `ws`. */
interface WsServer {
  readonly options: { verifyClient?: VerifyClient | null | undefined }
  handleUpgrade(...args: unknown[]): void
  on(event: 'connection', listener: (socket: ClosableSocket, request: IncomingMessage) => void): unknown
}

/** What we use of a socket of Socket.IO. */
interface IoSocket {
  readonly request: Carrier
}

/** What we use of a server, or namespace, of Socket.IO. */
interface IoServer {
  use(middleware: (socket: IoSocket, next: (error?: Error) => void) => void): unknown
  on(event: 'connection', listener: (socket: IoSocket) => void): unknown
}

/** Asks as long as the tokens of the handshake are good, and ends the connection when the user's expires. */
function watchConnection(socket: object, { admit, isRequired }: HandshakeRule): void {
  admit(requestOfSocket(socket)).then(
    (user) => endAtExpiry(socket, user),
    () => {
      // Socket.IO does not ask middleware about a connection that it recovers (`connectionStateRecovery`).
      if (isRequired) endConnection(socket)
      // Else handlers that ask are told.
    },
  )
}

/** The answer to an upgrade that is refused: the problem document. */
function refuseUpgrade(error: unknown, { headersOf }: HandshakeRule, done: Parameters<VerifyClient>[1]): void {
  const problem = problemDetails(error)
  const { 'cache-control': _, ...headers } = headersOf(error)
  // In this case: `ws` adds a Content-Type of its own otherwise.
  const more = { 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' }
  done(false, problem.status, JSON.stringify(problem), { ...headers, ...more })
}

/** Asks first, and then the `verifyClient` that the app gave, in either form that `ws` knows. */
function verifyFirst(rule: HandshakeRule, next: VerifyClient | null | undefined): VerifyClient {
  return (info, done) => {
    rule
      .admit(info.req)
      .then(() => {
        if (typeof next !== 'function') done(true)
        else if (next.length === 2) next(info, done)
        else done(next(info, done) === true)
      })
      .catch((error: unknown) => refuseUpgrade(error, rule, done))
  }
}

function watchWs(server: WsServer, rule: HandshakeRule): void {
  if (rule.isRequired) server.options.verifyClient = verifyFirst(rule, server.options.verifyClient)
  server.on('connection', (socket, request) => {
    rememberUpgrade(socket, request)
    watchConnection(socket, rule)
  })
}

function watchIo(server: IoServer, rule: HandshakeRule): void {
  if (rule.isRequired) {
    server.use((socket, next) => {
      rememberUpgrade(socket, socket.request)
      rule.admit(requestOfSocket(socket)).then(
        () => next(),
        (error: unknown) => {
          const problem = problemDetails(error)
          // Socket.IO gives `message` and `data` to the client, in `connect_error`.
          next(Object.assign(new Error(problem.title), { data: problem }))
        },
      )
    })
  }
  server.on('connection', (socket) => {
    rememberUpgrade(socket, socket.request)
    watchConnection(socket, rule)
  })
}

/**
 * Refuses handshakes that the rule does not allow, and ends connections at expiry. With `ws` a refusal is the
 * HTTP answer to the upgrade; with Socket.IO it is a `connect_error`.
 *
 * @throws {ConfigurationError} for a server that is neither.
 */
export function watchHandshakes(server: unknown, rule: HandshakeRule): void {
  const given = server as Partial<WsServer & IoServer> | null
  if (typeof given?.handleUpgrade === 'function' && typeof given.options === 'object') {
    watchWs(given as WsServer, rule)
  } else if (typeof given?.use === 'function' && typeof given.on === 'function') {
    watchIo(given as IoServer, rule)
  } else {
    throw new ConfigurationError('CognitoAuthGuard knows WebSocket servers of ws and of Socket.IO; this is neither')
  }
}
