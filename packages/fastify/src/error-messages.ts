/**
 * Keeps our messages from clients: Fastify's default error handler sends the message of whatever reaches it.
 *
 * @module
 */

import { isCognitoAuthError, problemDetails } from '@cognito-auth/core/adapter'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Whether a body is what Fastify's default error handler makes of an error. An app's own handler decides for itself. */
function isDefaultAnswer(payload: unknown, { message }: Error): payload is string {
  if (typeof payload !== 'string' || !payload.startsWith('{"statusCode":')) return false
  const parsed: unknown = JSON.parse(payload)
  return (parsed as { readonly message?: unknown }).message === message
}

/** Replaces the default answer to an error of ours, thrown by `getUser()` or a maker given uncalled, by the problem document. */
export function hideErrorMessages(app: FastifyInstance): void {
  const errors = new WeakMap<FastifyRequest, Error>()
  app.addHook('onError', (request, _reply, error, done) => {
    if (isCognitoAuthError(error)) errors.set(request, error)
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const error = errors.get(request)
    if (error === undefined || !isDefaultAnswer(payload, error)) return done(null, payload)
    const body = JSON.stringify(problemDetails(error))
    reply.header('content-type', 'application/problem+json').header('content-length', Buffer.byteLength(body))
    done(null, body)
  })
}
