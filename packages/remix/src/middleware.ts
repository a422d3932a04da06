/**
 * Middleware of React Router: asks in front of all loaders, and leaves the user in its context.
 *
 * @module
 */

import { type CognitoAuth, ConfigurationError, type User } from '@cognito-auth/core'
import { type Bypass, createBypass, isSignOut } from '@cognito-auth/core/adapter'
import type { Gate } from '@cognito-auth/web/adapter'

/** Where `middleware` leaves the user, for `context.get(userContext)`: what React Router's `createContext()` makes. */
export interface UserContext {
  defaultValue?: User
}

/** What React Router gives a middleware, as far as it is used here. */
export interface MiddlewareArgs {
  readonly request: Request
  /** The URL as routed, without `.data`; React Router 7.18 and newer. */
  readonly url?: URL | undefined
  readonly context: { set(context: UserContext, value: User): void }
}

/** A middleware of React Router. */
export type Middleware = <Result>(args: MiddlewareArgs, next: () => Promise<Result>) => Promise<Result>

/** What the middleware of an app stands on. */
export interface MiddlewareOptions {
  readonly auth: CognitoAuth
  readonly gate: Gate
  readonly bypass: Bypass<Request> | undefined
  readonly userContext: UserContext
}

function checkContext({ context }: MiddlewareArgs): void {
  if (typeof (context as Partial<typeof context> | undefined)?.set === 'function') return
  throw new ConfigurationError(
    'middleware needs the context of React Router: set `future: { v8_middleware: true }` in version 7, and let getLoadContext give a RouterContextProvider. In Remix 2, loaders ask with requireUser(request)',
  )
}

/**
 * Makes the middleware.
 *
 * A context is used for one request. `getLoadContext: () => context`, with a context made once, compiles and works for
 * one person; with two, the loaders of one would be given the other's user.
 *
 * @throws {ConfigurationError} when `bypass` is wrong.
 */
export function createMiddleware({ auth, gate, bypass, userContext }: MiddlewareOptions): Middleware {
  const isBypassed = createBypass(bypass, auth)
  const served = new WeakMap<object, Request>()

  function claim({ context, request }: MiddlewareArgs): void {
    const before = served.get(context)
    if (before !== undefined && before !== request) {
      throw new ConfigurationError(
        'This context has served another request: let getLoadContext make a new RouterContextProvider() for each, or one person would be shown what belongs to another',
      )
    }
    served.set(context, request)
  }

  return async (args, next) => {
    // Asked first: without a place for the user, no loader below could tell whose request it is.
    checkContext(args)
    const { request, context, url } = args
    const signedOut = await gate.orThrow(request, async () => {
      claim(args)
      const path = (url ?? new URL(request.url)).pathname
      if (isSignOut(auth, request.method, path)) return await gate.signOut(request)
      const user = isBypassed(request, path) ? null : await gate.requests.requireUser(request)
      // `null` on a bypassed path: what others have left in the context is not the user of this request.
      context.set(userContext, user as User)
      return undefined
    })
    // React Router takes a Response from middleware in the place of what `next()` gives.
    if (signedOut !== undefined) return signedOut as never
    return await next()
  }
}
