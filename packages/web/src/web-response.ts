/**
 * Answers of core as Web `Response`s.
 *
 * @module
 */

import { STATUS_CODES } from 'node:http'
import { ConfigurationError, type CognitoAuth } from '@cognito-auth/core'
import {
  type AnswerableRequest,
  type AnswerOptions,
  type ErrorResponse,
  errorResponse as errorResponseOf,
  REASON_HEADER,
  signOutResponse as signOutResponseOf,
} from '@cognito-auth/core/adapter'

/** Error boundaries show `statusText`; HTTP/2 has none. */
function toResponse({
  status,
  headers,
  body,
  cookies = [],
}: ErrorResponse & { cookies?: readonly string[] }): Response {
  const response = new Response(body === '' ? null : body, {
    status,
    statusText: STATUS_CODES[status] ?? '',
    headers: { ...headers },
  })
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

/** The usual answer to a failure. A new `Response` each time: a body is read once only. */
export function errorResponse(error: unknown, request: AnswerableRequest, auth: AnswerOptions): Response {
  return toResponse(errorResponseOf(error, request, auth))
}

/** The answer that signs out. */
export async function signOutResponse(
  auth: CognitoAuth,
  request: AnswerableRequest,
  headers: { get(name: string): string | null },
  returnTo: string | undefined,
): Promise<Response> {
  return toResponse(await signOutResponseOf(auth, request, headers, returnTo))
}

/**
 * The same answer with the reason that a local load balancer shows, and takes off; headers of a redirect cannot be set.
 *
 * @param reason `undefined` without one.
 */
export function withReason(response: Response, reason: string | undefined): Response {
  if (reason === undefined) return response
  const headers = new Headers(response.headers)
  headers.set(REASON_HEADER, reason)
  const { status, statusText } = response
  return new Response(response.body, { status, statusText, headers })
}

/** Whether this is a response, of whichever class: `@hono/node-server` and others put their own in the place of the runtime's. */
export function isResponse(given: unknown): given is Response {
  const response = given as Partial<Response> | null | undefined
  return (
    typeof response?.status === 'number' &&
    typeof response.headers?.get === 'function' &&
    typeof response.arrayBuffer === 'function' &&
    typeof response.clone === 'function'
  )
}

/**
 * What `onError` answered, as a `Response` of its own: apps keep one for all refusals, and a body is read once only. It is
 * of the app's class, by which frameworks tell a `Response` that is thrown; `clone()` may give one of the runtime's.
 *
 * @returns `undefined` where it answered nothing.
 * @throws {ConfigurationError} when it answered with something else.
 */
export function ownResponse(answer: unknown): Response | undefined {
  if (answer === undefined || answer === null) return undefined
  // Not that of Response.error(), whose status is 0: what an app puts in the place of Response may tell no earlier than it is sent.
  if (!isResponse(answer) || answer.status < 200)
    throw new ConfigurationError('onError must return a Response, or nothing')
  const { body, status, statusText, headers } = answer.clone()
  return new Response(body, { status, statusText, headers: new Headers(headers) })
}
