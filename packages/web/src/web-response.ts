/**
 * Answers of core as Web `Response`s.
 *
 * @module
 */

import { STATUS_CODES } from 'node:http'
import type { CognitoAuth } from '@cognito-auth/core'
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
