/**
 * Protects a Hono app, or a route of it.
 *
 * @module
 */

import {
  type CognitoAuth,
  type CognitoAuthError,
  type CognitoAuthOptions,
  ConfigurationError,
  type User,
} from '@cognito-auth/core'
import {
  type AuthMiddleware,
  createAuth,
  createMiddleware,
  type Framework,
  ownResponse,
  type PipelineResponse,
  problemHeaders,
  type ProtectOptions as ProtectOptionsOf,
  REASON_HEADER,
  requireUserOf,
} from '@cognito-auth/core/adapter'
import type { Context, MiddlewareHandler } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import { routedPath, sentTarget } from './paths.js'

/** Answers a request that is refused. Where it returns nothing, or a promise of nothing, the usual answer is sent. */
export type OnError = (
  error: CognitoAuthError | Error,
  c: Context,
) => Response | undefined | void | Promise<Response | undefined | void>

/** Options of {@link cognitoAuth}: those of `CognitoAuth`, and Hono's own. */
export interface HonoAuthOptions extends CognitoAuthOptions {
  /** Answers failures instead of the usual page, redirect or problem document. @default none */
  readonly onError?: OnError | undefined
}

declare module 'hono' {
  // How Hono lets libraries add to its variables: `c.get('user')` is typed in every app, with no type arguments.
  interface ContextVariableMap {
    /** `undefined` where `optional()` allowed an anonymous request. */
    user: User | undefined
  }
}

// Interfaces of our own, not aliases: an app's declarations can name them without depending on core.

/** Options of `protect`. */
export interface ProtectOptions extends ProtectOptionsOf<Context> {}

/** What {@link cognitoAuth} gives: each method makes Hono middleware, which sets the variable `user` where it goes on. */
export interface HonoAuth extends AuthMiddleware<Context, MiddlewareHandler, ProtectOptions> {}

/** Replaces whatever response there is, and keeps its headers: those of other middleware, cookies among them. */
function respond(c: Context, response: Response): void {
  // Assigned twice, as Hono documents: else headers of the earlier response would win over ours.
  Reflect.set(c, 'res', undefined)
  c.res = response
}

function send(c: Context, { status, headers, body, cookies = [] }: PipelineResponse): void {
  for (const cookie of cookies) c.header('set-cookie', cookie, { append: true })
  respond(c, c.newResponse(body === '' ? null : body, status as StatusCode, { ...headers }))
}

/** A header; the host of an HTTP/2 request is in the URL alone. */
function headerOf(c: Context, name: string): string | null {
  return c.req.raw.headers.get(name) ?? (name === 'host' ? new URL(c.req.url).host : null)
}

function port(
  auth: CognitoAuth,
  onError: OnError | undefined,
): Framework<Context, Context, Context, MiddlewareHandler> {
  return {
    // Not c.req.raw, which body limits and others replace.
    rawOf: (c) => c,
    headersOf: (c) => c.req.raw.headers,
    subjectOf: (c) => c,
    requestOf: (c) => ({ method: c.req.method, url: sentTarget(c), header: (name) => headerOf(c, name) }),
    routedPathsOf: (c) => [routedPath(c)],
    setUser: (c, user) => c.set('user', user),
    send,
    setHeader: (c, name, value) => c.header(name, value),
    async reject(c, error, answer) {
      let left: unknown = error
      if (onError !== undefined) {
        try {
          const answered = ownResponse(await onError(error, c))
          if (answered !== undefined) {
            const { [REASON_HEADER]: reason } = problemHeaders(error, auth)
            // What c.header() sets goes with c.text() and the like, not with a Response that the hook makes.
            if (reason !== undefined) answered.headers.set(REASON_HEADER, reason)
            return respond(c, answered)
          }
        } catch (cause) {
          left = new Error('onError failed', { cause })
        }
      }
      await answer(left)
    },
    middleware: (check) => async (c, next) => {
      if (await check(c)) await next()
    },
  }
}

/**
 * Makes the middleware.
 *
 * @example
 * ```ts
 * const auth = cognitoAuth()
 * app.use(auth.protect({ bypass: ['/health'] }))
 * app.get('/', (c) => c.json({ hello: getUser(c).name }))
 * ```
 * @param auth A `CognitoAuth` that exists.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function cognitoAuth(auth: CognitoAuth): HonoAuth
/**
 * Makes the middleware.
 *
 * @example
 * ```ts
 * const auth = cognitoAuth()
 * app.use(auth.protect({ bypass: ['/health'] }))
 * app.get('/', (c) => c.json({ hello: getUser(c).name }))
 * ```
 * @param options What is left out comes from the environment.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function cognitoAuth(options?: HonoAuthOptions): HonoAuth
export function cognitoAuth(options: HonoAuthOptions | CognitoAuth = {}): HonoAuth {
  const { auth, own } = createAuth<Pick<HonoAuthOptions, 'onError'>>(options, ['onError'])
  if (own.onError !== undefined && typeof own.onError !== 'function') {
    throw new ConfigurationError('onError must be a function (error, c)')
  }
  return createMiddleware(auth, port(auth, own.onError))
}

/**
 * The user of a request that was protected.
 *
 * @throws {ConfigurationError} where nothing protected it, or where `optional()` allowed an anonymous request.
 */
export function getUser(c: Context): User {
  return requireUserOf(c)
}
