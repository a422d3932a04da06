/**
 * Protects pages, layouts, actions and route handlers of the App Router.
 *
 * @module
 */

import { type CognitoAuth, ConfigurationError, type User } from '@cognito-auth/core'
import {
  type Bypass,
  checkGroups,
  checkScopes,
  isCognitoAuthError,
  problemDetails,
  RequestUsers,
} from '@cognito-auth/core/adapter'
import { createGate, createPassage, isRequest, type Passage, refuseUnmade } from '@cognito-auth/web/adapter'
import type { NextRequest } from 'next/server.js'
import { currentHeaders, type CurrentHeaders } from './current-headers.js'
import { type NextAuthOptions, parseOptions, type ParsedOptions } from './options.js'
import { refuse } from './refusal.js'

/** Parameters of a dynamic route, where the handler does not name them. */
export type RouteParams = Record<string, string | string[] | undefined>

/** What a route handler is given besides the request: Next's own, and the user. */
export interface RouteInput<Who extends User | null, Params> {
  /** The user, whom the rules allow; `null` on a bypassed path. */
  readonly user: Who
  readonly params: Promise<Params>
}

/** What {@link createNextAuth} gives. */
export interface NextAuth<Who extends User | null = User> {
  /**
   * The user of the current request, whom the rules allow. In server components, layouts, actions and route handlers;
   * however many ask, the tokens are verified, and the rules asked, once a request. It makes a page dynamic.
   *
   * A layout that asks protects what it shows itself and nothing below it: each page asks, too, or stands behind
   * {@link NextAuth.proxy}.
   *
   * @throws Next's `redirect()` to `redirectUrl`, `unauthorized()` or `forbidden()`, or an error whose `digest` begins
   * with `COGNITO_AUTH_`, for everybody else: do not catch it.
   */
  requireUser(): Promise<User>
  /** The user, or `null` for a request without tokens. @throws as {@link NextAuth.requireUser} for bad tokens, and users whom the rules deny. */
  getUser(): Promise<User | null>
  /** The user, a member of at least one of the groups. @throws as {@link NextAuth.requireUser} for everybody else. */
  requireGroups(...groups: string[]): Promise<User>
  /** The user, an app admin or platform admin. @throws as {@link NextAuth.requireUser} for everybody else. */
  requireAdmin(): Promise<User>
  /** The user, whose access token has every one of the scopes. @throws as {@link NextAuth.requireUser} for everybody else. */
  requireScopes(...scopes: string[]): Promise<User>
  /**
   * Protects a route handler, and answers refusals itself: 302, 401, 403, 500 or 503. What the handler throws is the
   * app's.
   *
   * @throws {ConfigurationError} when the handler is no function.
   */
  withUser<Params = RouteParams>(
    handler: (request: NextRequest, input: RouteInput<Who, Params>) => Response | Promise<Response>,
  ): (request: NextRequest, context: { params: Promise<Params> }) => Promise<Response>
  /**
   * For `proxy.ts` (`middleware.ts` in Next 15, with `runtime: 'nodejs'`): protects every path but those of `bypass`,
   * static pages and `/_next/static` too, and answers `signOutPath`. Use it without a `matcher`.
   *
   * It is no boundary for data: verify where data is read, too.
   */
  proxy(request: NextRequest): Promise<Response | undefined>
  /**
   * Reads the environment and the configuration now. In `register()` of `instrumentation.ts`, which Next awaits before it
   * answers: an app that is configured wrongly answers its health check with 500, too, and is not deployed.
   *
   * @throws {CognitoAuthError} when something is missing or wrong, or cannot be loaded.
   */
  warmUp(): Promise<void>
}

/** What is made at the first request. */
interface State {
  readonly auth: CognitoAuth
  readonly requests: RequestUsers<CurrentHeaders>
  readonly passageOf: (request: NextRequest) => Promise<Passage>
}

/** Next goes on to the page where an answer of `proxy` has this header: `NextResponse.next()` is no refusal (fail closed). */
function checkAnswer({ headers }: Response): void {
  if (!headers.has('x-middleware-next')) return
  throw new ConfigurationError(
    'onError must not return NextResponse.next(), which lets the request through. Return nothing for the usual answer',
  )
}

/** Next answers these with the page of an optional catch-all (`[[...slug]]`) itself: `/docs/index` is `/docs`. */
const PAGE_ITSELF = /\/(?:index(?:\.rsc)?|\[\[\.{3}.*)\/?$/

const pageOf = (path: string): string => path.replace(PAGE_ITSELF, '') || '/'

function createState({ create, bypass, onError }: ParsedOptions): State {
  const auth = create()
  const gate = createGate(auth, { onError, checkAnswer })
  return {
    auth,
    requests: new RequestUsers<CurrentHeaders>(auth, (headers) => headers),
    passageOf: createPassage(auth, gate, bypass, pageOf),
  }
}

function checkRequest(request: unknown): void {
  if (isRequest(request)) return
  throw new ConfigurationError(
    'This is not a request of the App Router. The Pages Router is not supported: use new CognitoAuth() of @cognito-auth/core there, with requireUser(req.headers)',
  )
}

/**
 * Makes the functions that protect an app. Options, and the environment, are read at the first request: `next build`
 * needs none of them.
 *
 * @example
 * ```ts
 * // lib/auth.ts
 * export const { requireUser, getUser, requireGroups, withUser, proxy } = createNextAuth()
 *
 * // app/page.tsx
 * const user = await requireUser()
 * ```
 * @param options Options, or a `CognitoAuth` that exists.
 * @throws {ConfigurationError} when an option is unknown, or `bypass` or `onError` is wrong. What else is missing or
 * wrong is told by `warmUp()`, or at the first request, and every request is refused with 500.
 */
export function createNextAuth(
  options: NextAuthOptions & { readonly bypass: Bypass<NextRequest> },
): NextAuth<User | null>
export function createNextAuth(options?: (NextAuthOptions & { readonly bypass?: undefined }) | CognitoAuth): NextAuth
export function createNextAuth(options: NextAuthOptions | CognitoAuth = {}): NextAuth<User | null> {
  const parsed = parseOptions(options)
  let made: State | undefined
  const state = (): State => (made ??= createState(parsed))

  async function ask<Answer>(
    question: (requests: RequestUsers<CurrentHeaders>, headers: CurrentHeaders) => Promise<Answer>,
  ): Promise<Answer> {
    const headers = await currentHeaders().catch(async (error: unknown) => {
      if (isCognitoAuthError(error)) return await refuse(error, problemDetails(error))
      // Next's own: it is how Next learns that a page is dynamic.
      throw error
    })
    try {
      return await question(state().requests, headers)
    } catch (error) {
      return await refuse(error, problemDetails(error), made?.auth.redirectUrl)
    }
  }

  async function passageOf(request: NextRequest): Promise<Passage> {
    checkRequest(request)
    try {
      state()
    } catch (error) {
      return { response: refuseUnmade(error, request) }
    }
    return await state().passageOf(request)
  }

  return {
    requireUser: () => ask((requests, headers) => requests.requireUser(headers)),
    getUser: () => ask((requests, headers) => requests.optionalUser(headers)),
    requireGroups: (...groups) =>
      ask(async (requests, headers) => await requests.requireGroups(headers, checkGroups(groups))),
    requireAdmin: () => ask((requests, headers) => requests.requireAdmin(headers)),
    requireScopes: (...scopes) =>
      ask(async (requests, headers) => await requests.requireScopes(headers, checkScopes(scopes, state().auth))),
    withUser(handler) {
      if (typeof handler !== 'function') {
        throw new ConfigurationError(
          'withUser() needs the handler to protect: withUser(async (request, { user }) => …)',
        )
      }
      return async (request, context) => {
        const passage = await passageOf(request)
        // Outside of `try`: what a handler throws is the app's.
        return passage.response ?? (await handler(request, { ...context, user: passage.user }))
      }
    },
    async proxy(request) {
      return (await passageOf(request)).response
    },
    async warmUp() {
      await state().auth.warmUp()
    },
  }
}
