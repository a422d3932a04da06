/**
 * What counts as a request: a Web `Request` of whichever runtime.
 *
 * @module
 */

import { ConfigurationError, type CognitoAuthError } from '@cognito-auth/core'
import type { AnswerableRequest } from '@cognito-auth/core/adapter'

/**
 * What is needed of a `Request`: `instanceof` would know those of one runtime and one copy only. No body is ever read.
 */
export interface WebRequest {
  /** The whole URL, as the framework has it. */
  readonly url: string
  readonly method: string
  readonly headers: { get(name: string): string | null }
}

/** Answers a failure; where it answers nothing, the usual answer is given. */
export type OnError<Request = globalThis.Request> = (
  error: CognitoAuthError | Error,
  request: Request,
) => Response | null | undefined | Promise<Response | null | undefined>

/** Whether this is a request, of whichever runtime. */
export function isRequest(given: unknown): given is WebRequest {
  const request = given as Partial<WebRequest> | null | undefined
  return (
    typeof request?.url === 'string' && typeof request.method === 'string' && typeof request.headers?.get === 'function'
  )
}

/**
 * Refuses what is no request before anything is asked of it.
 *
 * @throws {ConfigurationError} when `url`, `method` or `headers.get` is not there.
 */
export function checkRequest(given: unknown): asserts given is WebRequest {
  if (isRequest(given)) return
  throw new ConfigurationError('The Request of a loader, action, handler or middleware is needed: pass `request`')
}

/**
 * The path of a request to the letter, as far as the runtime has kept it. `new URL()` would resolve dot segments, and a
 * path that is compared with a list must be the one that was sent. No browser sends a `#`; Bun keeps one, and Elysia takes
 * it for a part of the path.
 */
export function pathAsSent(url: string): string {
  const target = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/\?.*$/s, '')
  return target.startsWith('/') ? target : `/${target}`
}

/** The path as a router sees it, which works on a parsed URL. */
export function pathAsRouted(url: string): string {
  return new URL(url, 'http://localhost').pathname
}

/**
 * A request as core looks at it.
 *
 * @param isData Whether a script asks for data where the headers do not say so: such a request is no navigation.
 */
export function answerable(request: WebRequest, isData: boolean): AnswerableRequest {
  return {
    method: request.method,
    url: request.url,
    header: (name) => (isData && name === 'sec-fetch-dest' ? 'empty' : request.headers.get(name)),
  }
}

/** What is answered where there is no request to go by: as a script that says nothing of itself. */
export const NO_REQUEST: AnswerableRequest = { method: 'GET', url: '/', header: () => null }
