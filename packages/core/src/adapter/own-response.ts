/**
 * What hooks answer, for adapters on Web `Response`s.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'

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
 * What `onError` answered, as a `Response` of its own, whose headers can be changed: apps keep one for all refusals, and a body is read
 * once only. It is of the app's class, by which frameworks tell a `Response` that is thrown; `clone()` may give one of the runtime's.
 *
 * @returns `undefined` where it answered nothing.
 * @throws {ConfigurationError} when it answered with something else.
 * @throws {TypeError} when its body was read already.
 */
export function ownResponse(answer: unknown): Response | undefined {
  if (answer === undefined || answer === null) return undefined
  // Not that of Response.error(), whose status is 0: what an app puts in the place of Response may tell no earlier than it is sent.
  if (!isResponse(answer) || answer.status < 200)
    throw new ConfigurationError('onError must return a Response, or nothing')
  const { body, status, statusText, headers } = answer.clone()
  return new Response(body, { status, statusText, headers: new Headers(headers) })
}
