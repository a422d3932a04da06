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
/** The carrier that was last found good, by socket: each message is verified anew. */
const admitted = new WeakMap<object, Carrier>()
/** By GraphQL context, of which each operation has its own: a subscription outlives the request that carried it. */
const operations = new WeakMap<object, Carrier>()

/** Remembers the request that a socket was opened with. */
export function rememberUpgrade(socket: object, request: Carrier): void {
  upgrades.set(socket, request)
}

/** Remembers that the user of a socket was let in. */
export function rememberAdmitted(socket: object, carrier: Carrier): void {
  admitted.set(socket, carrier)
}

/** Whatever kind of thing it is, a member of it. */
function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown })[name] : undefined
}

function isCarrier(value: unknown): value is Carrier {
  const headers = member(value, 'headers')
  return typeof headers === 'object' && headers !== null
}

/** Node's request: Fastify and others wrap it as `raw`. Shared with middleware of other adapters. */
function httpCarrier(request: unknown): Carrier {
  const raw = member(request, 'raw')
  if (isCarrier(raw)) return raw
  if (isCarrier(request)) return request
  throw new ConfigurationError('CognitoAuthGuard found no headers on the request')
}

/** Where GraphQL servers put the request in the context: Apollo, Mercurius, Yoga, graphql-ws. */
function operationCarrier(operation: unknown): Carrier {
  if (typeof operation !== 'object' || operation === null) throw noGraphqlRequest()
  const known = operations.get(operation)
  if (known !== undefined) return known
  const req = member(operation, 'req')
  const candidates = [
    req,
    member(operation, 'request'),
    member(member(operation, 'reply'), 'request'),
    member(member(operation, 'extra'), 'request'),
    member(member(req, 'extra'), 'request'),
  ]
  const request = candidates.find(isCarrier)
  if (request === undefined) throw noGraphqlRequest()
  const carrier = { headers: request.headers }
  operations.set(operation, carrier)
  return carrier
}

function noGraphqlRequest(): ConfigurationError {
  return new ConfigurationError(
    'CognitoAuthGuard found no request in the GraphQL context: let `context` of GraphQLModule return { req }',
  )
}

/** A new carrier each time: the tokens of a socket are verified again with each message, so that they expire. */
function socketCarrier(socket: object): Carrier {
  const handshake = member(socket, 'handshake')
  if (isCarrier(handshake)) return { headers: handshake.headers }
  const upgrade = upgrades.get(socket)
  if (upgrade !== undefined) return { headers: upgrade.headers }
  return {
    // Where a guard is replaced in a test, nobody asks.
    get headers(): never {
      throw new ConfigurationError(
        'CognitoAuthGuard did not see the handshake of this socket: name the class in @UseGuards(CognitoAuthGuard), not an instance',
      )
    },
  }
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

/** The carrier that the guard let in, for reading its user. */
export function admittedCarrierOf(context: ExecutionContext): Carrier | undefined {
  return context.getType<string>() === 'ws' ? admitted.get(socketOf(context)) : carrierOf(context)
}
