/**
 * Protects a Koa app, or a route of it.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
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
  reportFault,
  RequestAuth,
  requireUserOf,
} from '@cognito-auth/core/adapter'
import type { Context, Middleware } from 'koa'
import { routedPaths, sentUrl } from './paths.js'
import { watchAnswer } from './watch-answer.js'

/**
 * Answers a request that is not let through. Where it has set neither a status nor a body, and not answered past Koa, by
 * the time it returns, or the promise that it returns is fulfilled, the usual answer is sent.
 */
export type OnError = (error: unknown, ctx: Context) => unknown

/** Options of {@link cognitoAuth}: those of `CognitoAuth`, and Koa's own. */
export interface KoaAuthOptions extends CognitoAuthOptions {
  /** Answers failures; `'throw'` leaves them to the app's own error middleware. @default the usual answer */
  readonly onError?: OnError | 'throw' | undefined
}

/** Options of `protect`. */
export interface ProtectOptions {
  /** Exact paths, or a predicate that opens by returning `true`. @default nothing */
  readonly bypass?: Bypass<Context> | undefined
}

/** What our middleware leaves at `ctx.state`. */
export interface AuthState {
  /** `undefined` where `optional()` let an anonymous request through. */
  user?: User | undefined
}

declare module 'koa' {
  // How @types/koa lets libraries add to its state: `ctx.state.user` is typed in every app, with no type arguments.
  interface DefaultState extends AuthState {}
}

/** What {@link cognitoAuth} gives. */
export interface KoaAuth {
  /** What verifies and decides. */
  readonly core: CognitoAuth
  /** Admits users who may come in, and sets `ctx.state.user`; answers everybody else. */
  protect(options?: ProtectOptions): Middleware<AuthState>
  /** Admits members of at least one of the groups; needs no `protect` before it. */
  requireGroups(...groups: string[]): Middleware<AuthState>
  /** Admits app admins and platform admins; needs no `protect` before it. */
  requireAdmin(): Middleware<AuthState>
  /** Admits users who may come in, and anonymous requests. A bad token is still 401. */
  optional(): Middleware<AuthState>
  /** Expires the load balancer's session cookies and redirects to Cognito's logout. `returnTo` must be in `logoutUrls`. */
  logout(options?: { readonly returnTo?: string | undefined }): Middleware<AuthState>
  /** As `CognitoAuth.requireUser`: for WebSocket upgrades, where there is no middleware. */
  requireUser(headers: HeadersInput): Promise<User>
}

/**
 * Makes the middleware.
 *
 * @example
 * ```ts
 * const auth = cognitoAuth()
 * app.use(auth.protect({ bypass: ['/health'] }))
 * app.use((ctx) => { ctx.body = { hello: getUser(ctx).name } })
 * ```
 * @param options Options, or a `CognitoAuth` that exists.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function cognitoAuth(options: KoaAuthOptions | CognitoAuth = {}): KoaAuth {
  const { auth, own } = createAuth<Pick<KoaAuthOptions, 'onError'>>(options, ['onError'])
  if (own.onError !== undefined && own.onError !== 'throw' && typeof own.onError !== 'function') {
    throw new ConfigurationError("onError is a function of the error and the context, or 'throw'")
  }
  // By Node's request: mounted apps have contexts of their own for the same request.
  const requests = new RequestAuth<IncomingMessage>(auth, (req) => req.headers)

  function answer(error: unknown, ctx: Context): void {
    if (ctx.headerSent) {
      // Too late for an answer, and half a response must not be taken for a whole one.
      if (!ctx.res.writableEnded) ctx.res.destroy()
      return reportFault(error, 'A request was answered already')
    }
    // Not ctx.get(), to which an empty header is a missing one.
    const header = (name: string): string | undefined => ctx.req.headers[name]?.toString()
    const request = { method: ctx.method, url: sentUrl(ctx), header }
    const { status, headers, body } = answerTo(error, request, auth.redirectUrl)
    ctx.respond = true
    ctx.status = status
    ctx.body = body
    ctx.set(headers)
  }

  async function reject(error: unknown, ctx: Context): Promise<void> {
    const { onError } = own
    if (onError === undefined || ctx.headerSent) return answer(error, ctx)
    if (onError === 'throw') throw error
    ctx.respond = true
    const hasAnswered = watchAnswer(ctx)
    try {
      await onError(error, ctx)
    } catch (cause) {
      return answer(new Error('onError failed', { cause }), ctx)
    }
    if (!hasAnswered()) answer(error, ctx)
  }

  /** `next` stays outside `try`: an exception of a later handler is not ours to answer. */
  function guard(
    admit: (req: IncomingMessage) => Promise<User | null>,
    passes?: (ctx: Context) => boolean,
  ): Middleware<AuthState> {
    return async (ctx, next) => {
      try {
        if (passes?.(ctx) !== true) {
          const user = await admit(ctx.req)
          // A courtesy to handlers. `undefined` also removes what others may have put there.
          ctx.state.user = user ?? undefined
        }
      } catch (error) {
        return await reject(error, ctx)
      }
      await next()
    }
  }

  return {
    core: auth,
    protect(options = {}) {
      refuseUnknown(options, ['bypass'], 'protect()')
      const isBypassed = createBypass(options.bypass)
      return guard(
        (req) => requests.requireUser(req),
        (ctx) => isBypassed(ctx, sentUrl(ctx), ...routedPaths(ctx, sentUrl(ctx))),
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
      return async (ctx) => {
        try {
          const { location, cookies } = await auth.logout(ctx.req.headers, returnTo)
          ctx.status = 302
          ctx.set({ 'cache-control': 'no-store', location })
          ctx.append('set-cookie', [...cookies])
          ctx.body = ''
        } catch (error) {
          await reject(error, ctx)
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
export function getUser(ctx: Pick<Context, 'req'>): User {
  return requireUserOf(ctx.req)
}
