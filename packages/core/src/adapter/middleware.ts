/**
 * The one pipeline of adapters for frameworks with middleware: sign out, bypass, verify, decide, answer, go on.
 *
 * @module
 */

import { types } from 'node:util'
import type { CognitoAuth } from '../cognito-auth.js'
import { type CognitoAuthError, isCognitoAuthError } from '../errors.js'
import type { HeadersInput } from '../headers.js'
import { ownOptions, refuseUnknown } from '../lib/schema.js'
import type { User } from '../user.js'
import { type Bypass, createBypass } from './bypass.js'
import {
  type AnswerableRequest,
  type ErrorResponse,
  errorResponse,
  problemHeaders,
  REASON_HEADER,
} from './error-response.js'
import { checkGroups, checkScopes, refuseArguments, RequestUsers } from './request-users.js'
import { isSignOut, signOutResponse } from './sign-out.js'

/** What is sent in place of a handler's answer. */
export interface PipelineResponse extends ErrorResponse {
  /** `Set-Cookie` values: each is appended to the cookies that the response has. @default none */
  readonly cookies?: readonly string[]
}

/**
 * How a framework spells what the pipeline needs. It decides nothing.
 *
 * `Call` is what its middleware is called with, `Raw` the object that stands for a request, however often the framework
 * wraps it: users are remembered by it. `Subject` is what a bypass predicate gets.
 */
export interface Framework<Call, Raw extends object, Subject, Middleware> {
  rawOf(call: Call): Raw
  headersOf(raw: Raw): HeadersInput
  subjectOf(call: Call): Subject
  /** The request with its target as sent, mount path included. */
  requestOf(call: Call): AnswerableRequest
  /** Every whole path by which the framework may route the request. */
  routedPathsOf(call: Call): readonly string[]
  /** A courtesy to handlers. `undefined` removes what others may have put there. */
  setUser(call: Call, user: User | undefined): void
  send(call: Call, response: PipelineResponse): void | Promise<void>
  /** Sets a header of whatever answer follows, also of one that the app's hook makes; nothing where it has begun. */
  setHeader(call: Call, name: string, value: string): void
  /** Answers a failure, by the app's hook where there is one; `answer` sends the usual answer to an error. */
  reject(
    call: Call,
    error: CognitoAuthError | Error,
    answer: (error: unknown) => void | Promise<void>,
  ): void | Promise<void>
  /** Middleware that goes on where `check` is `true`, and only there. `next()` is no part of `check`: exceptions of later handlers are the app's. */
  middleware(check: (call: Call) => Promise<boolean>, name: MakerName): Middleware
}

/** Who makes a middleware. */
export type MakerName = 'protect' | 'requireGroups' | 'requireScopes' | 'requireAdmin' | 'optional' | 'logout'

/** Options of `protect`. */
export interface ProtectOptions<Subject> {
  /**
   * Exact paths, all below a path (`/public/*`), or a predicate that opens by returning `true`.
   * @default nothing
   */
  readonly bypass?: Bypass<Subject> | undefined
}

/**
 * Makers of middleware, the same in every framework. `Protect` is the adapter's own name for the options of `protect`: an
 * app's declarations can name what its adapter exports, and nothing else.
 */
export interface AuthMiddleware<
  Subject,
  Middleware,
  Protect extends ProtectOptions<Subject> = ProtectOptions<Subject>,
> {
  /** What verifies and decides. */
  readonly core: CognitoAuth
  /**
   * Allows users whom the rules allow, and sets the user; answers everyone else. Answers `signOutPath` itself.
   *
   * @throws {ConfigurationError} for an unknown option, or a `bypass` that could never match.
   */
  protect(options?: Protect): Middleware
  /**
   * Allows members of at least one of the groups; needs no `protect` before it.
   *
   * @throws {ConfigurationError} without a group.
   */
  requireGroups(...groups: string[]): Middleware
  /**
   * Allows users whose access token has every one of the scopes, that of a session or a bearer token; needs no `protect`
   * before it.
   *
   * @throws {ConfigurationError} without a scope, for what cannot be one, and under `groupsClaim`.
   */
  requireScopes(...scopes: string[]): Middleware
  /** Allows app admins and platform admins; needs no `protect` before it. */
  requireAdmin(): Middleware
  /** Allows users whom the rules allow, and anonymous requests, which have no user. A bad token is still 401. */
  optional(): Middleware
  /**
   * Signs people out: expires the load balancer's session cookies and sends the browser to the identity provider. Mount
   * it before `protect`, or set `signOutPath`. `returnTo`: one of `logoutUrls`, else the first of them.
   *
   * @throws {ConfigurationError} when `cognitoDomain` or `logoutUrls` is missing, or `returnTo` is not on the list.
   */
  logout(options?: { readonly returnTo?: string | undefined }): Middleware
  /** As `CognitoAuth.requireUser`: for WebSocket upgrades, where there is no middleware. */
  requireUser(headers: HeadersInput): Promise<User>
}

/** Whatever was thrown, as an error: frameworks take `'route'` and falsy values for leave to go on. */
export function asError(thrown: unknown): CognitoAuthError | Error {
  // Not `instanceof`: test runners have more than one realm.
  if (isCognitoAuthError(thrown) || types.isNativeError(thrown) || thrown instanceof Error) return thrown
  return new Error('Non-Error thrown', { cause: thrown })
}

/**
 * Makes the middleware of an adapter.
 *
 * @param auth What verifies and decides.
 * @param framework The port.
 */
export function createMiddleware<Call, Raw extends object, Subject, Middleware>(
  auth: CognitoAuth,
  framework: Framework<Call, Raw, Subject, Middleware>,
): AuthMiddleware<Subject, Middleware> {
  const requests = new RequestUsers<Raw>(auth, (raw) => framework.headersOf(raw))

  /** Fails closed: whatever is thrown is answered, and only `true` goes on. */
  function middleware(name: MakerName, decide: (call: Call) => Promise<boolean>): Middleware {
    return framework.middleware(async (call) => {
      try {
        return await decide(call)
      } catch (thrown) {
        const { [REASON_HEADER]: reason } = problemHeaders(thrown, auth)
        if (reason !== undefined) framework.setHeader(call, REASON_HEADER, reason)
        await framework.reject(call, asError(thrown), (error) =>
          framework.send(call, errorResponse(error, framework.requestOf(call), auth)),
        )
        return false
      }
    }, name)
  }

  async function admit(call: Call, ask: (raw: Raw) => Promise<User | null>): Promise<true> {
    framework.setUser(call, (await ask(framework.rawOf(call))) ?? undefined)
    return true
  }

  async function signOut(call: Call, returnTo?: string): Promise<false> {
    const headers = framework.headersOf(framework.rawOf(call))
    await framework.send(call, await signOutResponse(auth, framework.requestOf(call), headers, returnTo))
    return false
  }

  return {
    core: auth,
    protect(options = {}) {
      refuseUnknown(options, ['bypass'], 'protect()')
      const isBypassed = createBypass(ownOptions(options).bypass, auth)
      return middleware('protect', async (call) => {
        const { method, url } = framework.requestOf(call)
        if (isSignOut(auth, method, url)) return await signOut(call)
        if (isBypassed(framework.subjectOf(call), url, ...framework.routedPathsOf(call))) return true
        return await admit(call, (raw) => requests.requireUser(raw))
      })
    },
    requireGroups(...groups) {
      const wanted = checkGroups(groups)
      return middleware('requireGroups', (call) => admit(call, (raw) => requests.requireGroups(raw, wanted)))
    },
    requireScopes(...scopes) {
      const wanted = checkScopes(scopes, auth)
      return middleware('requireScopes', (call) => admit(call, (raw) => requests.requireScopes(raw, wanted)))
    },
    requireAdmin(...given: unknown[]) {
      refuseArguments('requireAdmin()', given)
      return middleware('requireAdmin', (call) => admit(call, (raw) => requests.requireAdmin(raw)))
    },
    optional(...given: unknown[]) {
      refuseArguments('optional()', given)
      return middleware('optional', (call) => admit(call, (raw) => requests.optionalUser(raw)))
    },
    logout(options = {}) {
      refuseUnknown(options, ['returnTo'], 'logout()')
      const { returnTo } = ownOptions(options)
      auth.checkLogout(returnTo)
      return middleware('logout', (call) => signOut(call, returnTo))
    },
    requireUser: (headers) => auth.requireUser(headers),
  }
}
