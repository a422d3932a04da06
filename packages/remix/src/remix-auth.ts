/**
 * Protects loaders, actions and middleware of Remix and React Router, on Web `Request` and `Response`.
 *
 * @module
 */

import { type CognitoAuth, type CognitoAuthOptions, ConfigurationError, type User } from '@cognito-auth/core'
import { answerTo, type Bypass, checkGroups, createAuth, createBypass, refuseUnknown } from '@cognito-auth/core/adapter'
import { headers, type HeadersArgs, withRefusalHeaders } from './refusal-headers.js'
import { createSharedRequests } from './shared-requests.js'

/** Answers a failure; where it answers nothing, the usual answer is thrown. */
export type OnError = (
  error: unknown,
  request: Request,
) => Response | null | undefined | Promise<Response | null | undefined>

/** Options of {@link createRemixAuth}: those of `CognitoAuth`, and Remix's own. */
export interface RemixAuthOptions extends CognitoAuthOptions {
  /** Answers failures. @default the usual answer */
  readonly onError?: OnError | undefined
  /** What `middleware` lets through unprotected: exact paths, or a predicate that opens by returning `true`. @default nothing */
  readonly bypass?: Bypass<Request> | undefined
}

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

/** What {@link createRemixAuth} gives. Every failure is a thrown `Response`: 302, 401, 403, 500 or 503. */
export interface RemixAuth {
  /** What verifies and decides. */
  readonly core: CognitoAuth
  /** The user, who may come in. @throws {Response} for everybody else. */
  requireUser(request: Request): Promise<User>
  /** The user, or `null` where nobody is signed in. @throws {Response} for bad tokens, and users who may not come in. */
  getUser(request: Request): Promise<User | null>
  /** The user, a member of at least one of the groups. @throws {Response} for everybody else. */
  requireGroups(request: Request, ...groups: string[]): Promise<User>
  /** The user, an app admin or platform admin. @throws {Response} for everybody else. */
  requireAdmin(request: Request): Promise<User>
  /**
   * The answer that signs out: expires the load balancer's session cookies, redirects to Cognito's logout.
   *
   * @throws {Response} 500 when `returnTo` is not in `logoutUrls`, or logout is not configured.
   */
  logout(request: Request, options?: { readonly returnTo?: string | undefined }): Promise<Response>
  /**
   * Middleware of React Router: admits users who may come in, and leaves them in {@link userContext}.
   *
   * @throws {Response} for everybody else.
   * @throws {ConfigurationError} where it is called without React Router's context.
   */
  middleware<Result>(args: MiddlewareArgs, next: () => Promise<Result>): Promise<Result>
  /**
   * Middleware of React Router, to put before `middleware`: gives the error page of a request that `middleware` refused
   * the headers of the refusal, which React Router drops. For those of loaders there is {@link headers}.
   */
  refusalHeaders<Result>(args: Pick<MiddlewareArgs, 'request'>, next: () => Promise<Result>): Promise<Result>
  /** `headers` of a route: hands on the headers of a refusal to the page that shows it. */
  headers(args: HeadersArgs): Headers
  /** Key of the user in React Router's context. */
  readonly userContext: UserContext
}

/**
 * Whether the browser's router asked for data, to render a page itself: it would follow a redirect, and show nothing.
 *
 * React Router 8 tells by the URL. Remix 2, and React Router 7 without `v8_passThroughRequests`, show loaders and
 * middleware the URL of the page, and nothing else of the request that arrived: only what the browser says of it is
 * left. For a `fetch` that is `Sec-Fetch-Dest: empty`, and `Accept: *\/*` in browsers that send no `Sec-Fetch-Dest`,
 * which core goes by; `Sec-Fetch-Mode`, which came first, covers those between.
 *
 * @see {@link https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header Fetch metadata}
 */
function isDataRequest({ url, headers }: Request): boolean {
  const { pathname, searchParams } = new URL(url)
  if (pathname.endsWith('.data') || searchParams.has('_data') || searchParams.has('_routes')) return true
  const mode = headers.get('sec-fetch-mode')
  return mode !== null && mode !== 'navigate'
}

function usualAnswer(error: unknown, request: Request, redirectUrl: string | undefined): Response {
  const target = isDataRequest(request) ? undefined : redirectUrl
  const { status, headers, body } = answerTo(
    error,
    { method: request.method, url: request.url, header: (name) => request.headers.get(name) },
    target,
  )
  return new Response(body === '' ? null : body, { status, headers })
}

/**
 * Makes the functions that protect loaders, actions and routes.
 *
 * @example
 * ```ts
 * export const { requireUser, requireGroups, middleware, userContext } = createRemixAuth()
 *
 * export async function loader({ request }: LoaderFunctionArgs) {
 *   const user = await requireUser(request)
 *   return { user }
 * }
 * ```
 * @param options Options, or a `CognitoAuth` that exists.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function createRemixAuth(options: RemixAuthOptions | CognitoAuth = {}): RemixAuth {
  const { auth, own } = createAuth<Pick<RemixAuthOptions, 'onError' | 'bypass'>>(options, ['onError', 'bypass'])
  if (own.onError !== undefined && typeof own.onError !== 'function') {
    throw new ConfigurationError('onError is a function of the error and the request')
  }
  const requests = createSharedRequests(auth)
  const isBypassed = createBypass(own.bypass)
  const userContext: UserContext = {}
  // The middleware of a request are all given the same `Request`.
  const refusals = new WeakMap<Request, Response>()

  async function failure(error: unknown, request: Request): Promise<Response> {
    try {
      const answer = await own.onError?.(error, request)
      if (answer !== undefined && answer !== null) {
        if (answer instanceof Response) return answer
        throw new ConfigurationError('onError answers with a Response, or with nothing')
      }
    } catch (cause) {
      // Remix's own manner of answering is to throw a Response.
      if (cause instanceof Response) return cause
      return usualAnswer(new Error('onError failed', { cause }), request, undefined)
    }
    return usualAnswer(error, request, auth.redirectUrl)
  }

  /** Everything that goes wrong becomes a thrown `Response`: error boundaries understand nothing else. */
  async function admit<Admitted>(request: Request, ask: () => Promise<Admitted>): Promise<Admitted> {
    if (typeof (request as Partial<Request> | undefined)?.headers?.get !== 'function') {
      throw new ConfigurationError('The Request of a loader, action or middleware is needed: pass `request`')
    }
    try {
      return await ask()
    } catch (error) {
      const refusal = await failure(error, request)
      refusals.set(request, refusal)
      throw refusal
    }
  }

  return {
    core: auth,
    requireUser: (request) => admit(request, () => requests.requireUser(request)),
    getUser: (request) => admit(request, () => requests.optionalUser(request)),
    requireGroups: (request, ...groups) =>
      admit(request, async () => await requests.requireGroups(request, checkGroups(groups))),
    requireAdmin: (request) => admit(request, () => requests.requireAdmin(request)),
    logout: (request, options = {}) =>
      admit(request, async () => {
        refuseUnknown(options, ['returnTo'], 'logout()')
        const { location, cookies } = await auth.logout(request.headers, options.returnTo)
        const response = new Response(null, { status: 302, headers: { location, 'cache-control': 'no-store' } })
        for (const cookie of cookies) response.headers.append('set-cookie', cookie)
        return response
      }),
    async middleware({ request, url, context }, next) {
      // Asked first: without a place for the user, no loader below could tell who came in.
      if (typeof (context as Partial<typeof context> | undefined)?.set !== 'function') {
        throw new ConfigurationError(
          'middleware needs the context of React Router: set `future: { v8_middleware: true }` in version 7, and let getLoadContext give a RouterContextProvider. In Remix 2, loaders ask with requireUser(request)',
        )
      }
      const passes = await admit(request, async () => isBypassed(request, (url ?? new URL(request.url)).pathname))
      if (!passes) context.set(userContext, await admit(request, () => requests.requireUser(request)))
      return await next()
    },
    async refusalHeaders({ request }, next) {
      const result = await next()
      return withRefusalHeaders(result, refusals.get(request))
    },
    headers,
    userContext,
  }
}
