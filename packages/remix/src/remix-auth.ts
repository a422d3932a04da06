/**
 * Protects loaders, actions and middleware of Remix and React Router, on Web `Request` and `Response`.
 *
 * @module
 */

import type { CognitoAuth, CognitoAuthOptions } from '@cognito-auth/core'
import { type Bypass, createAuth } from '@cognito-auth/core/adapter'
import { createGate, type OnError, type ThrowingAuth, type WebRequest } from '@cognito-auth/web/adapter'
import { createMiddleware, type MiddlewareArgs, type UserContext } from './middleware.js'
import { headers, type HeadersArgs, withRefusalHeaders } from './refusal-headers.js'

/** Options of {@link createRemixAuth}: those of `CognitoAuth`, and Remix's own. */
export interface RemixAuthOptions extends CognitoAuthOptions {
  /** Answers failures. @default the usual answer */
  readonly onError?: OnError | undefined
  /** What `middleware` lets through unprotected: exact paths, or a predicate that opens by returning `true`. @default nothing */
  readonly bypass?: Bypass<Request> | undefined
}

/** What {@link createRemixAuth} gives. Every failure is a thrown `Response`: 302, 401, 403, 500 or 503. */
export interface RemixAuth extends ThrowingAuth {
  /** What verifies and decides. */
  readonly core: CognitoAuth
  /**
   * Middleware of React Router: leaves the user, whom the rules allow, in {@link userContext}; `null` on a bypassed
   * path. It answers `signOutPath`.
   *
   * @throws {Response} for everybody else; 500 where the context has served another request.
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

function isDataUrl(url: string): boolean {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  return pathname.endsWith('.data') || searchParams.has('_data') || searchParams.has('_routes')
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
function isDataRequest({ url, headers }: WebRequest): boolean {
  if (isDataUrl(url)) return true
  const mode = headers.get('sec-fetch-mode')
  return mode !== null && mode !== 'navigate'
}

/** What forms are sent as; a script that signs out by `fetch` sends no body. */
const IS_FORM = /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i

/**
 * Whether the browser's router asks, by `<Form>` or `<Link>`, and not a script of the app: the router can follow a redirect
 * to another origin. Where the URL does not tell (see {@link isDataRequest}), a form that is no navigation does.
 */
function isByRouter({ url, method, headers }: WebRequest): boolean {
  if (isDataUrl(url)) return true
  if (method !== 'POST' || !IS_FORM.test(headers.get('content-type') ?? '')) return false
  const mode = headers.get('sec-fetch-mode')
  return mode === null ? !/\btext\/html\b/i.test(headers.get('accept') ?? '') : mode !== 'navigate'
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
  // React Router reads `defaultValue` of it: that of a polluted `Object.prototype` would be everybody's user (CWE-1321).
  const userContext = Object.freeze(
    Object.assign(Object.create(null) as object, { defaultValue: undefined }),
  ) as object as UserContext
  // The middleware of a request are all given the same `Request`.
  const refusals = new WeakMap<WebRequest, Response>()
  const gate = createGate(auth, {
    onError: own.onError,
    isData: isDataRequest,
    isByRouter,
    onRefusal: (request, refusal) => void refusals.set(request, refusal),
  })
  const { requireUser, getUser, requireGroups, requireAdmin, requireScopes, logout } = gate
  return {
    core: auth,
    requireUser,
    getUser,
    requireGroups,
    requireAdmin,
    requireScopes,
    logout,
    middleware: createMiddleware({ auth, gate, bypass: own.bypass, userContext }),
    async refusalHeaders({ request }, next) {
      const result = await next()
      return withRefusalHeaders(result, refusals.get(request))
    },
    headers,
    userContext,
  }
}
