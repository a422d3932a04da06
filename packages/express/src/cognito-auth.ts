/**
 * Protects an Express app, or a route of it.
 *
 * @module
 */

import type { CognitoAuth, CognitoAuthOptions, HeadersInput, User } from '@cognito-auth/core'
import {
  answerTo,
  type Bypass,
  checkGroups,
  createAuth,
  createBypass,
  RequestAuth,
  requireUserOf,
} from '@cognito-auth/core/adapter'
import type { NextFunction, Request, RequestHandler, Response } from 'express'

/** Answers a request that is not let through. Where it neither answers nor calls `next(error)`, the usual answer is sent. */
export type OnError = (error: unknown, req: Request, res: Response, next: (error: unknown) => void) => unknown

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
  const requests = new RequestAuth<Request>(auth, (req) => req.headers)

  function answer(error: unknown, req: Request, res: Response): void {
    if (res.headersSent) return void res.end()
    const { status, headers, body } = answerTo(
      error,
      { method: req.method, url: req.originalUrl, header: (name) => req.get(name) },
      auth.redirectUrl,
    )
    // Not res.set(), which adds a charset that JSON types do not have (RFC 8259 section 11).
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
    res.status(status).end(body)
  }

  async function reject(error: unknown, req: Request, res: Response, next: NextFunction): Promise<void> {
    let isPassedOn = false
    // `next()` without an error would let the request through: only an error is passed on.
    const pass = (given: unknown): void => {
      isPassedOn = true
      next(given || error)
    }
    try {
      await own.onError?.(error, req, res, pass)
    } catch (failure) {
      if (!isPassedOn)
        answer(failure instanceof Error ? new Error('onError failed', { cause: failure }) : failure, req, res)
      return
    }
    if (!isPassedOn && !res.headersSent && !res.writableEnded) answer(error, req, res)
  }

  /** `next` stays outside `try`: an exception of a later handler is not ours to answer. */
  function guard(admit: (req: Request) => Promise<User | null>): RequestHandler {
    return async (req, res, next) => {
      let user: User | null
      try {
        user = await admit(req)
      } catch (error) {
        return await reject(error, req, res, next)
      }
      // A courtesy to handlers. `undefined` also removes what others may have put there.
      req.user = user ?? undefined
      next()
    }
  }

  return {
    core: auth,
    protect({ bypass } = {}) {
      const isBypassed = createBypass(bypass)
      const protectedGuard = guard((req) => requests.requireUser(req))
      return (req, res, next) => {
        let passes: boolean
        try {
          passes = isBypassed(req, req.originalUrl, routedPath(req))
        } catch (error) {
          return reject(error, req, res, next)
        }
        return passes ? next() : protectedGuard(req, res, next)
      }
    },
    requireGroups(...groups) {
      const wanted = checkGroups(groups)
      return guard((req) => requests.requireGroups(req, wanted))
    },
    requireAdmin: () => guard((req) => requests.requireAdmin(req)),
    optional: () => guard((req) => requests.optionalUser(req)),
    logout: ({ returnTo } = {}) => {
      return async (req, res, next) => {
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
      }
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
