/**
 * Puts the question for the user in front of a handler.
 *
 * @module
 */

import { type CognitoAuth, ConfigurationError, type User } from '@cognito-auth/core'
import { type Bypass, createBypass, isSignOut, ownOptions, refuseUnknown } from '@cognito-auth/core/adapter'
import type { Gate } from './gate.js'
import { checkRequest, pathAsRouted, pathAsSent, type WebRequest } from './web-request.js'

/** Options of `protect()`. */
export interface ProtectOptions<Request extends WebRequest = globalThis.Request> {
  /** What is not protected: exact paths, or a predicate that opens by returning `true`. @default nothing */
  readonly bypass?: Bypass<Request> | undefined
}

type Answer = Response | Promise<Response>

/** Protects a handler; where something is bypassed, its `user` may be `null`. */
export interface Protect {
  <Request extends WebRequest = globalThis.Request, Rest extends readonly unknown[] = []>(
    handler: (request: Request, auth: { readonly user: User }, ...rest: Rest) => Answer,
    options?: { readonly bypass?: undefined },
  ): (request: Request, ...rest: Rest) => Promise<Response>
  <Request extends WebRequest = globalThis.Request, Rest extends readonly unknown[] = []>(
    handler: (request: Request, auth: { readonly user: User | null }, ...rest: Rest) => Answer,
    options: ProtectOptions<Request>,
  ): (request: Request, ...rest: Rest) => Promise<Response>
}

type Handler = (request: WebRequest, auth: { readonly user: User | null }, ...rest: readonly unknown[]) => Answer

/** What is decided about a request before its handler runs: the answer, or with whom it runs. */
export type Passage =
  | { readonly response: Response; readonly user?: undefined }
  | { readonly response?: undefined; readonly user: User | null }

/**
 * Makes the decision about requests: sign-out, bypass, then the user. It never throws.
 *
 * @param pageOf The path of the page that a framework answers a path with. @default itself
 * @throws {ConfigurationError} when `bypass` is wrong.
 */
export function createPassage<Request extends WebRequest>(
  auth: CognitoAuth,
  gate: Gate,
  bypass: Bypass<Request> | undefined,
  pageOf: (path: string) => string = (path) => path,
): (request: Request) => Promise<Passage> {
  const isBypassed = createBypass(bypass, auth)
  return async (request) => {
    try {
      checkRequest(request)
      const path = pathAsSent(request.url)
      if (isSignOut(auth, request.method, path)) return { response: await gate.signOut(request) }
      if (isBypassed(request, path, pageOf(pathAsRouted(request.url)))) return { user: null }
      return { user: await gate.requests.requireUser(request) }
    } catch (error) {
      return { response: await gate.refuse(error, request) }
    }
  }
}

/** Makes `protect()`. */
export function createProtect(auth: CognitoAuth, gate: Gate): Protect {
  return ((handler: Handler, options: ProtectOptions<WebRequest> = {}) => {
    if (typeof handler !== 'function') {
      throw new ConfigurationError('protect() needs the handler to protect: protect((request, { user }) => …)')
    }
    refuseUnknown(options, ['bypass'], 'protect()')
    const passageOf = createPassage(auth, gate, ownOptions(options).bypass)
    return async (request: WebRequest, ...rest: readonly unknown[]): Promise<Response> => {
      const passage = await passageOf(request)
      // Outside of `try`: what a handler throws is the app's.
      return passage.response ?? (await handler(request, { user: passage.user }, ...rest))
    }
  }) as Protect
}
