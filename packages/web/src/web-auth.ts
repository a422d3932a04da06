/**
 * Protects handlers of Web `Request`s, in two manners: throwing a `Response`, and returning one.
 *
 * @module
 */

import type { CognitoAuth, CognitoAuthOptions, User } from '@cognito-auth/core'
import { type Bypass, createAuth, ownOptions } from '@cognito-auth/core/adapter'
import { createGate, type Gate, type ThrowingAuth } from './gate.js'
import { createProtect, type Protect } from './protect.js'
import { checkRequest, type OnError, type WebRequest } from './web-request.js'

/** Options of {@link createWebAuth}: those of `CognitoAuth`, and `onError`. */
export interface WebAuthOptions extends CognitoAuthOptions {
  /** Answers failures. @default the usual answer */
  readonly onError?: OnError | undefined
}

/** A user, or the answer for a request that has none: exactly one of the two. */
export type Authenticated =
  | { readonly user: User; readonly response?: undefined }
  | { readonly response: Response; readonly user?: undefined }

/** What {@link createWebAuth} gives. */
export interface WebAuth extends ThrowingAuth {
  /** What verifies and decides. */
  readonly core: CognitoAuth
  /**
   * The user whom the rules allow, or the `Response` to answer with. Never throws. It does not answer `signOutPath`;
   * {@link WebAuth.protect} does.
   *
   * @example
   * ```ts
   * const { user, response } = await authenticate(request)
   * if (response) return response
   * ```
   */
  authenticate(request: WebRequest): Promise<Authenticated>
  /**
   * Protects a handler. It is given the request, `{ user }`, and whatever else the framework passes. What it throws is
   * the app's.
   *
   * @throws {ConfigurationError} when the handler is no function, or an option is wrong.
   */
  readonly protect: Protect
}

/** Options of `protect()`. */
export type { Protect, ProtectOptions } from './protect.js'

/** Own members only, in what apps take apart: the `user` of a polluted `Object.prototype` would be everybody's (CWE-1321). */
async function authenticate(gate: Gate, request: WebRequest): Promise<Authenticated> {
  try {
    checkRequest(request)
    return ownOptions({ user: await gate.requests.requireUser(request) })
  } catch (error) {
    return ownOptions({ response: await gate.refuse(error, request) })
  }
}

/**
 * Makes the functions that protect handlers of Web `Request`s.
 *
 * @example
 * ```ts
 * const { protect } = createWebAuth()
 * export default { fetch: protect((request, { user }) => Response.json({ hello: user.name })) }
 * ```
 * @param options Options, or a `CognitoAuth` that exists.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function createWebAuth(options: WebAuthOptions | CognitoAuth = {}): WebAuth {
  const { auth, own } = createAuth<Pick<WebAuthOptions, 'onError'>>(options, ['onError'])
  const gate = createGate(auth, { onError: own.onError })
  const { requireUser, getUser, requireGroups, requireAdmin, requireScopes, logout } = gate
  return {
    core: auth,
    requireUser,
    getUser,
    requireGroups,
    requireAdmin,
    requireScopes,
    logout,
    authenticate: (request) => authenticate(gate, request),
    protect: createProtect(auth, gate),
  }
}

export type { Bypass }
