/**
 * GraphQL resolvers: of operations over HTTP, and over connections that stay open for subscriptions.
 *
 * @module
 */

import { type ClosableSocket, ConfigurationError, type HeadersInput } from '@cognito-auth/core'
import type { ExecutionContext } from '@nestjs/common'
import { destroyAtExpiry, endAtExpiry, isClosable } from './end-at-expiry.js'
import { graphqlExceptionOf } from './exceptions.js'
import { type Carrier, member, nodeRequestOf } from './request-of.js'
import type { Transport } from './transport.js'

/** Requests that opened connections, each with its socket where the server shows one that can be closed. */
const connections = new WeakMap<Carrier, ClosableSocket | undefined>()

/** What GraphQL servers hand to resolvers last (`GraphQLResolveInfo`): it is theirs, never the client's. */
function isResolveInfo(value: unknown): boolean {
  return ['fieldName', 'parentType', 'schema', 'operation'].every((name) => member(value, name) !== undefined)
}

/** Resolvers are given (parent, arguments, context, info); those of Apollo's references (reference, context, info). */
function infoAt(context: ExecutionContext): 2 | 3 {
  return isResolveInfo(context.getArgByIndex(2)) ? 2 : 3
}

/** The context of an operation, which the server makes. */
function operationOf(context: ExecutionContext): unknown {
  return context.getArgByIndex(infoAt(context) - 1)
}

function isSubscription(context: ExecutionContext): boolean {
  return member(member(context.getArgByIndex(infoAt(context)), 'operation'), 'operation') === 'subscription'
}

/**
 * Tells Apollo's caches that an answer is this user's: they would give it to whoever asks next, and ask no resolver. A
 * resolver may say otherwise after that.
 */
function markAsPrivate(context: ExecutionContext): void {
  const hints = member(context.getArgByIndex(infoAt(context)), 'cacheControl')
  const setHint = member(hints, 'setCacheHint')
  if (typeof setHint === 'function') setHint.call(hints, { scope: 'PRIVATE' })
}

/** In any form of headers, and any letter case. */
function hasHeader(headers: HeadersInput, name: string): boolean {
  if ('get' in headers && typeof headers.get === 'function') return (headers.get(name) ?? undefined) !== undefined
  return Object.keys(headers).some((key) => key.toLowerCase() === name)
}

/** Whether a request opened a connection for many operations. */
function isConnection(request: Carrier): boolean {
  return connections.has(request) || hasHeader(request.headers, 'upgrade')
}

/** The response to a request over HTTP, where a server shows it: Express, Fastify, Yoga. */
function responseOf(operation: unknown, request: Carrier): unknown {
  const reply = member(operation, 'reply') ?? member(operation, 'res')
  return member(reply, 'raw') ?? reply ?? member(request, 'res') ?? member(request, 'socket')
}

export const graphql: Transport = {
  /** Where GraphQL servers put the request in the context: Apollo, Mercurius, Yoga, graphql-ws. */
  requestOf(context) {
    const operation = operationOf(context)
    const req = member(operation, 'req')
    const extras = [member(operation, 'extra'), member(req, 'extra')]
    const opened = extras.map((extra) => member(extra, 'request'))
    const candidates = [req, member(operation, 'request'), member(member(operation, 'reply'), 'request'), ...opened]
    const found = candidates.find((one) => nodeRequestOf(one) !== undefined)
    const request = nodeRequestOf(found)
    if (request !== undefined) {
      const connection = opened.indexOf(found)
      if (connection !== -1) {
        const socket = member(extras[connection], 'socket')
        connections.set(request, isClosable(socket) ? socket : undefined)
      }
      return request
    }
    throw new ConfigurationError(
      'CognitoAuthGuard found no request in the GraphQL context: let `context` of GraphQLModule return { req }',
    )
  },

  refusalOf: graphqlExceptionOf,

  onAllowed(context, request, user) {
    markAsPrivate(context)
    const socket = connections.get(request)
    // A subscription is asked about once, and would go on for as long as what carries it.
    if (socket !== undefined) endAtExpiry(socket, user)
    else if (isConnection(request)) destroyAtExpiry(member(request, 'socket'), user)
    else if (isSubscription(context)) destroyAtExpiry(responseOf(operationOf(context), request), user)
  },

  outlivesTokens: (_, request) => isConnection(request),
}
