/**
 * Finds the headers of the request that an execution context is about: HTTP, GraphQL or WebSocket.
 *
 * @module
 */

import { ConfigurationError, type HeadersInput } from '@cognito-auth/core'
import type { ExecutionContext } from '@nestjs/common'

/** What carries the headers of a request, and what its user is remembered by. */
export interface Carrier {
  readonly headers: HeadersInput
}

/** The upgrade requests of sockets of `ws`, which do not know theirs. */
const upgrades = new WeakMap<object, Carrier>()

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

/** Where GraphQL servers put the request in the context: Apollo, Mercurius, Yoga, graphql-ws. */
function operationCarrier(operation: unknown): Carrier {
  const req = member(operation, 'req')
  const candidates = [
    req,
    member(operation, 'request'),
    member(member(operation, 'reply'), 'request'),
    member(member(operation, 'extra'), 'request'),
    member(member(req, 'extra'), 'request'),
  ]
  const carrier = candidates.map(nodeRequestOf).find(isCarrier)
  if (carrier !== undefined) return carrier
  throw new ConfigurationError(
    'CognitoAuthGuard found no request in the GraphQL context: let `context` of GraphQLModule return { req }',
  )
}

/** Headers arrive with the handshake only: Socket.IO keeps its request, for `ws` we do. */
export function socketCarrier(socket: object): Carrier {
  const request = member(socket, 'request')
  if (isCarrier(request)) return request
  const known = upgrades.get(socket)
  if (known !== undefined) return known
  const unknown = {
    // Thrown when asked: where the guard is replaced in a test, nobody asks.
    get headers(): never {
      throw new ConfigurationError(
        'CognitoAuthGuard did not see the handshake of this socket: name the class in @UseGuards(CognitoAuthGuard), not an instance',
      )
    },
  }
  upgrades.set(socket, unknown)
  return unknown
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
  if (type === 'graphql') return operationCarrier(context.getArgByIndex(2))
  if (type === 'ws') return socketCarrier(socketOf(context))
  throw new ConfigurationError(
    `CognitoAuthGuard protects HTTP, GraphQL and WebSocket handlers: a message of type "${type}" does not come through the load balancer`,
  )
}

/** Whether the connection outlives the request that opened it, and the tokens of that request. */
export function isLongLived(context: ExecutionContext, carrier: Carrier): boolean {
  const type = context.getType<string>()
  return type === 'ws' || (type === 'graphql' && 'upgrade' in carrier.headers)
}
