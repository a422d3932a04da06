/**
 * Finds the headers of the request that an execution context is about: HTTP, GraphQL or WebSocket.
 *
 * @module
 */

import { type ClosableSocket, ConfigurationError, type HeadersInput } from '@cognito-auth/core'
import type { ExecutionContext } from '@nestjs/common'

/** What carries the headers of a request, and what its user is remembered by. */
export interface Carrier {
  readonly headers: HeadersInput
}

/** The requests that sockets were opened with, of those whose handshake we saw. */
const upgrades = new WeakMap<object, Carrier>()

/** Stand for the requests of sockets whose handshake we did not see. */
const unseen = new WeakSet<Carrier>()

/** Requests that opened connections of GraphQL, each with its socket where the server shows one that can be closed. */
const connections = new WeakMap<Carrier, ClosableSocket | undefined>()

/** Remembers the request that a socket was opened with. */
export function rememberUpgrade(socket: object, request: Carrier): void {
  upgrades.set(socket, request)
}

/** Whatever kind of thing it is, a member of it. */
function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown })[name] : undefined
}

function isCarrier(value: unknown): value is Carrier {
  const headers = member(value, 'headers')
  return typeof headers === 'object' && headers !== null
}

/** Node's request, which Fastify wraps as `raw`. Middleware of other adapters remembers users by the same. */
function nodeRequestOf(request: unknown): Carrier | undefined {
  return [member(request, 'raw'), request].find(isCarrier)
}

function httpCarrier(request: unknown): Carrier {
  const carrier = nodeRequestOf(request)
  if (carrier !== undefined) return carrier
  throw new ConfigurationError('CognitoAuthGuard found no headers on the request')
}

/** A socket that does not tell when it is closed is left alone: some throw when they are closed again. */
function isClosable(socket: unknown): socket is ClosableSocket {
  return ['close', 'once'].every((name) => typeof member(socket, name) === 'function')
}

/** The socket of a GraphQL connection, by the request that opened it; `undefined` for other requests. */
export function connectionOf(carrier: Carrier): ClosableSocket | undefined {
  return connections.get(carrier)
}

/** What GraphQL servers hand to resolvers last (`GraphQLResolveInfo`): it is theirs, never the client's. */
function isResolveInfo(value: unknown): boolean {
  return ['fieldName', 'parentType', 'schema', 'operation'].every((name) => member(value, name) !== undefined)
}

/**
 * The context of a GraphQL operation. Resolvers are given (parent, arguments, context, info); those of Apollo's
 * references (reference, context, info).
 */
function operationOf(context: ExecutionContext): unknown {
  return context.getArgByIndex(isResolveInfo(context.getArgByIndex(2)) ? 1 : 2)
}

/** Where GraphQL servers put the request in the context: Apollo, Mercurius, Yoga, graphql-ws. */
function operationCarrier(operation: unknown): Carrier {
  const req = member(operation, 'req')
  const extras = [member(operation, 'extra'), member(req, 'extra')]
  const opened = extras.map((extra) => member(extra, 'request'))
  const candidates = [req, member(operation, 'request'), member(member(operation, 'reply'), 'request'), ...opened]
  const found = candidates.find((one) => nodeRequestOf(one) !== undefined)
  const carrier = nodeRequestOf(found)
  if (carrier !== undefined) {
    const connection = opened.indexOf(found)
    if (connection !== -1) {
      const socket = member(extras[connection], 'socket')
      connections.set(carrier, isClosable(socket) ? socket : undefined)
    }
    return carrier
  }
  throw new ConfigurationError(
    'CognitoAuthGuard found no request in the GraphQL context: let `context` of GraphQLModule return { req }',
  )
}

/**
 * Headers arrive with the handshake only. Sockets of `ws` do not know their request. Those of Socket.IO do, but one
 * whose handshake we did not see is nobody's all the same: whoever sends no message would hear all broadcasts.
 */
export function socketCarrier(socket: object): Carrier {
  const known = upgrades.get(socket)
  if (known !== undefined) return known
  const unknown = {
    // Thrown when asked: where the guard is replaced in a test, nobody asks.
    get headers(): never {
      throw new ConfigurationError(
        'CognitoAuthGuard did not see the handshake of this socket: put @UseGuards(CognitoAuthGuard) on the gateway, the class and not a guard made by hand, or import CognitoAuthModule',
      )
    },
  }
  unseen.add(unknown)
  upgrades.set(socket, unknown)
  return unknown
}

/** Whether nobody verified the handshake of a socket, or will. */
export function isUnseen(socket: object): boolean {
  return unseen.has(socketCarrier(socket))
}

/** The socket of a WebSocket context. */
export function socketOf(context: ExecutionContext): object {
  return context.switchToWs().getClient<object>()
}

/**
 * The carrier of a context.
 *
 * @throws {ConfigurationError} for RPC and other contexts that have no request of a browser, or where it is not found.
 */
export function carrierOf(context: ExecutionContext): Carrier {
  const type = context.getType<string>()
  if (type === 'http') return httpCarrier(context.switchToHttp().getRequest<unknown>())
  if (type === 'graphql') return operationCarrier(operationOf(context))
  if (type === 'ws') return socketCarrier(socketOf(context))
  throw new ConfigurationError(
    `CognitoAuthGuard protects HTTP, GraphQL and WebSocket handlers: a message of type "${type}" does not come through the load balancer`,
  )
}

/** In any form of headers, and any letter case. */
function hasHeader(headers: HeadersInput, name: string): boolean {
  if ('get' in headers && typeof headers.get === 'function') return (headers.get(name) ?? undefined) !== undefined
  return Object.keys(headers).some((key) => key.toLowerCase() === name)
}

/** Whether the connection outlives the request that opened it, and the tokens of that request. */
export function isLongLived(context: ExecutionContext, carrier: Carrier): boolean {
  const type = context.getType<string>()
  return type === 'ws' || (type === 'graphql' && (connections.has(carrier) || hasHeader(carrier.headers, 'upgrade')))
}
