/**
 * HTTP handlers, on Express and on Fastify.
 *
 * @module
 */

import { ConfigurationError, type User } from '@cognito-auth/core'
import { problemHeaders } from '@cognito-auth/core/adapter'
import type { ExecutionContext, HttpException } from '@nestjs/common'
import { destroyAtExpiry } from './end-at-expiry.js'
import { httpExceptionOf, logError } from './exceptions.js'
import { member, nodeRequestOf } from './request-of.js'
import type { Transport } from './transport.js'

/** Nest's `SSE_METADATA`, which each major exports from another place. */
const IS_STREAM = '__sse__'

/** Whether a handler is of `@Sse()`, whose answer goes on for as long as the client listens. */
function isStream(context: ExecutionContext): boolean {
  return Reflect.getMetadata(IS_STREAM, context.getHandler()) === true
}

/** Express and Fastify both have it. */
interface HeaderWriter {
  header(name: string, value: string): unknown
}

/** Sets the headers that go with an error, for the filter that answers. */
function setHeaders(error: unknown, context: ExecutionContext): void {
  const response = context.switchToHttp().getResponse<HeaderWriter>()
  for (const [name, value] of Object.entries(problemHeaders(error))) response.header(name, value)
}

/**
 * What a parameter decorator throws where it cannot mean what is written; logged. In every kind of context: it cannot
 * wait for one of its own.
 */
export function misuse(message: string, context: ExecutionContext): HttpException {
  const error = new ConfigurationError(message)
  logError(error)
  if (context.getType<string>() === 'http') setHeaders(error, context)
  return httpExceptionOf(error)
}

export const http: Transport = {
  requestOf(context) {
    const request = nodeRequestOf(context.switchToHttp().getRequest<unknown>())
    if (request !== undefined) return request
    throw new ConfigurationError('CognitoAuthGuard found no headers on the request')
  },

  refusalOf(error, context) {
    setHeaders(error, context)
    return httpExceptionOf(error)
  },

  onAllowed(context, _, user) {
    // A courtesy to handlers; nothing of ours reads it. `undefined` removes what others may have put there.
    context.switchToHttp().getRequest<{ user?: User | undefined }>().user = user ?? undefined
    if (!isStream(context)) return
    const response = context.switchToHttp().getResponse<unknown>()
    destroyAtExpiry(member(response, 'raw') ?? response, user)
  },

  outlivesTokens: isStream,
}
