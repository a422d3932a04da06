/**
 * Protects an Express app, or a route of it.
 *
 * @module
 */

import {
  type CognitoAuth,
  type CognitoAuthOptions,
  ConfigurationError,
  type HeadersInput,
  type User,
} from '@cognito-auth/core'
import {
  answerTo,
  type Bypass,
  checkGroups,
  createAuth,
  createBypass,
  refuseArguments,
  refuseUnknown,
  RequestAuth,
  requireUserOf,
} from '@cognito-auth/core/adapter'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { asError, askHook, type OnError } from './on-error.js'

/** Options of {@link cognitoAuth}: those of `CognitoAuth`, and Express's own. */
export interface ExpressAuthOptions extends CognitoAuthOptions {
  /** Answers failures instead of the usual problem document or redirect. @default none */
  readonly onError?: OnError | undefined
}

/** Options of `protect`. */
export interface ProtectOptions {
  /** Exact paths, or a predicate that opens by returning `true`. @default nothing */
  readonly bypass?: Bypass<Request> | undefined
}

/** What {@link cognitoAuth} gives. */
export interface ExpressAuth {
  /** What verifies and decides; for WebSockets: `auth.core.requireUser(request.headers)`. */
  readonly core: CognitoAuth
  /** Admits users who may come in, and sets `req.user`; answers everybody else. */
  protect(options?: ProtectOptions): RequestHandler
  /** Admits members of at least one of the groups; needs no `protect` before it. */
  requireGroups(...groups: string[]): RequestHandler
  /** Admits app admins and platform admins; needs no `protect` before it. */
  requireAdmin(): RequestHandler
  /** Admits users who may come in, and anonymous requests, for which `req.user` is `undefined`. A bad token is still 401. */
  optional(): RequestHandler
  /** Expires the load balancer's session cookies and redirects to Cognito's logout. `returnTo` must be in `logoutUrls`. */
  logout(options?: { readonly returnTo?: string | undefined }): RequestHandler
  /** As `CognitoAuth.requireUser`: for WebSocket upgrades, where there is no middleware. */
  requireUser(headers: HeadersInput): Promise<User>
}

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

/** The path that Express routes by, mount path included; a rewritten `req.url` shows here. */
function routedPath(req: Request): string {
  return req.baseUrl + req.url
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
 * @param options Options, or a `CognitoAuth` that exists.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function cognitoAuth(options: ExpressAuthOptions | CognitoAuth = {}): ExpressAuth {
  const { auth, own } = createAuth<Pick<ExpressAuthOptions, 'onError'>>(options, ['onError'])
  if (own.onError !== undefined && typeof own.onError !== 'function') {
    throw new ConfigurationError('onError is a function of the error, the request, the response and next')
  }
  const requests = new RequestAuth<Request>(auth, (req) => req.headers)

  function answer(error: unknown, req: Request, res: Response): void {
    const request = { method: req.method, url: req.originalUrl, header: (name: string) => req.get(name) }
    const { status, headers, body } = answerTo(error, request, auth.redirectUrl)
    // Not res.set(), which adds a charset that JSON types do not have (RFC 8259 section 11).
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    res.status(status).end(body)
  }

  async function reject(error: unknown, req: Request, res: Response, next: NextFunction): Promise<void> {
    // Too late for an answer. Express ends the connection, so that half a response is not taken for a whole one.
    if (res.headersSent) return next(asError(error))
    const left = own.onError === undefined ? { error } : await askHook(own.onError, error, req, res, next)
    if (left !== undefined) answer(left.error, req, res)
  }

  /** What none of us answers is for Express: version 4 does not see that a promise is rejected, and would hang. */
  function handler(run: (req: Request, res: Response, next: NextFunction) => Promise<void>): RequestHandler {
    return (req, res, next) => run(req, res, next).catch((error: unknown) => next(asError(error)))
  }

  /** `next` stays outside `try`: an exception of a later handler is not ours to answer. */
  function guard(admit: (req: Request) => Promise<User | null>, passes?: (req: Request) => boolean): RequestHandler {
    return handler(async (req, res, next) => {
      try {
        if (passes?.(req) !== true) {
          const user = await admit(req)
          // A courtesy to handlers. `undefined` also removes what others may have put there.
          req.user = user ?? undefined
        }
      } catch (error) {
        return await reject(error, req, res, next)
      }
      next()
    })
  }

  return {
    core: auth,
    protect(options = {}) {
      refuseUnknown(options, ['bypass'], 'protect()')
      const isBypassed = createBypass(options.bypass)
      return guard(
        (req) => requests.requireUser(req),
        (req) => isBypassed(req, req.originalUrl, routedPath(req)),
      )
    },
    requireGroups(...groups) {
      const wanted = checkGroups(groups)
      return guard((req) => requests.requireGroups(req, wanted))
    },
    requireAdmin(...given: unknown[]) {
      refuseArguments('requireAdmin()', given)
      return guard((req) => requests.requireAdmin(req))
    },
    optional(...given: unknown[]) {
      refuseArguments('optional()', given)
      return guard((req) => requests.optionalUser(req))
    },
    logout(options = {}) {
      refuseUnknown(options, ['returnTo'], 'logout()')
      const { returnTo } = options
      auth.checkLogout(returnTo)
      return handler(async (req, res, next) => {
        try {
          const { location, cookies } = await auth.logout(req.headers, returnTo)
          res
            .set({ 'cache-control': 'no-store', location })
            .append('set-cookie', [...cookies])
            .status(302)
            .end()
        } catch (error) {
          await reject(error, req, res, next)
        }
      })
    },
    requireUser: (headers) => auth.requireUser(headers),
  }
}

/**
 * The user of a request that was protected.
 *
 * @throws {ConfigurationError} where nothing protected it, or where `optional()` let an anonymous request through.
 */
export function getUser(req: Request): User {
  return requireUserOf(req)
}
