/**
 * Answers on Node's own response, past what the framework would make of it.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import type { ErrorResponse } from '@cognito-auth/core/adapter'

/** Sends a complete response in the place of whatever was begun. */
export function sendWhole(
  response: ServerResponse,
  { status, headers, body, cookies = [] }: ErrorResponse & { readonly cookies?: readonly string[] },
): void {
  if (response.headersSent) return void response.destroy()
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  response.statusCode = status
  response.end(body)
}
