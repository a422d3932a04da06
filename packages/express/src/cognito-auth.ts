/**
 * Protects an Express app, or a route of it.
 *
 * @module
 */

import { type CognitoAuth, type CognitoAuthOptions, ConfigurationError, type User } from '@cognito-auth/core'
import {
  asError,
  type AuthMiddleware,
  createAuth,
  createMiddleware,
  type Framework,
  nodeHeaders,
  type ProtectOptions as ProtectOptionsOf,
  requireUserOf,
} from '@cognito-auth/core/adapter'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { createMountCheck } from './mounted.js'
import { askHook, type OnError } from './on-error.js'

/** Options of {@link cognitoAuth}: those of `CognitoAuth`, and Express's own. */
export interface ExpressAuthOptions extends CognitoAuthOptions {
  /** Answers failures instead of the usual page, redirect or problem document. @default none */
  readonly onError?: OnError | undefined
}

// Interfaces of our own, not aliases: an app's declarations can name them without depending on core.

/** Options of `protect`. */
export interface ProtectOptions extends ProtectOptionsOf<Request> {}

/** Middleware of Express. */
export interface AuthHandler extends RequestHandler {}

/** What {@link cognitoAuth} gives: each method makes Express middleware, which sets `req.user` where it goes on. */
export interface ExpressAuth extends AuthMiddleware<Request, AuthHandler, ProtectOptions> {}

declare global {
  // eslint-disable-next-line typescript/no-namespace -- how @types/express lets libraries add to its Request
  namespace Express {
    // The members of the profile, so that `req.user.name` is typed; core's own checks never read it.
    interface User extends CognitoAuthUser {}
    interface Request {
      user?: User | undefined
    }
  }
}

/** `User` of core under a name that the global declaration can extend. */
export type CognitoAuthUser = User

interface Call {
  readonly req: Request
  readonly res: Response
  readonly next: NextFunction
}

function port(onError: OnError | undefined): Framework<Call, Request, Request, RequestHandler> {
  return {
    rawOf: ({ req }) => req,
    headersOf: nodeHeaders,
    subjectOf: ({ req }) => req,
    requestOf: ({ req }) => ({ method: req.method, url: req.originalUrl, header: (name) => req.get(name) }),
    // Mount path included; a rewritten `req.url` shows here.
    routedPathsOf: ({ req }) => [req.baseUrl + req.url],
    setUser({ req }, user) {
      req.user = user
    },
    send({ res }, { status, headers, body, cookies = [] }) {
      // Not res.set(), which adds a charset that JSON types do not have (RFC 8259 section 11).
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
      for (const cookie of cookies) res.append('set-cookie', cookie)
      res.status(status).end(body)
    },
    setHeader({ res }, name, value) {
      if (!res.headersSent) res.setHeader(name, value)
    },
    async reject({ req, res, next }, error, answer) {
      // Too late for an answer. Express ends the connection, so that half a response is not taken for a whole one.
      if (res.headersSent) return next(error)
      const left = onError === undefined ? { error } : await askHook(onError, error, req, res, next)
      if (left !== undefined) await answer(left.error)
    },
    middleware(check, name) {
      const checkMount = createMountCheck(name)
      const handler: RequestHandler = (req, res, next) => {
        if (name !== 'logout') checkMount(req, handler)
        // Express 4 does not see that a promise is rejected, and would hang.
        void check({ req, res, next })
          .then((goesOn) => (goesOn ? next() : undefined))
          .catch((error: unknown) => next(asError(error)))
      }
      return handler
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
 * app.get('/', (req, res) => res.json({ hello: getUser(req).name }))
 * ```
 * @param auth A `CognitoAuth` that exists.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function cognitoAuth(auth: CognitoAuth): ExpressAuth
/**
 * Makes the middleware.
 *
 * @example
 * ```ts
 * const auth = cognitoAuth()
 * app.use(auth.protect({ bypass: ['/health'] }))
 * app.get('/', (req, res) => res.json({ hello: getUser(req).name }))
 * ```
 * @param options What is left out comes from the environment.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function cognitoAuth(options?: ExpressAuthOptions): ExpressAuth
export function cognitoAuth(options: ExpressAuthOptions | CognitoAuth = {}): ExpressAuth {
  const { auth, own } = createAuth<Pick<ExpressAuthOptions, 'onError'>>(options, ['onError'])
  if (own.onError !== undefined && typeof own.onError !== 'function') {
    throw new ConfigurationError('onError must be a function (error, req, res, next)')
  }
  return createMiddleware(auth, port(own.onError))
}

/**
 * The user of a request that was protected.
 *
 * @throws {ConfigurationError} where nothing protected it, or where `optional()` allowed an anonymous request.
 */
export function getUser(req: Request): User {
  return requireUserOf(req)
}
