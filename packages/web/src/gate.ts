/**
 * Asks for the user of a `Request`, and makes a `Response` of everything that goes wrong.
 *
 * @module
 */

import { type CognitoAuth, ConfigurationError, type User } from '@cognito-auth/core'
import {
  type AnswerableRequest,
  asError,
  checkGroups,
  checkScopes,
  problemHeaders,
  REASON_HEADER,
  isResponse,
  ownOptions,
  ownResponse,
  refuseUnknown,
  type RequestUsers,
} from '@cognito-auth/core/adapter'
import { createSharedRequests } from './shared-requests.js'
import { answerable, checkRequest, isRequest, NO_REQUEST, type OnError, type WebRequest } from './web-request.js'
import { errorResponse, signOutResponse, withReason } from './web-response.js'

/** How a framework on Web `Request`s differs from the others. */
export interface GateOptions {
  readonly onError?: OnError<never> | undefined
  /** Refuses an answer of `onError` that the framework would not take for one, by throwing. @default every answer counts */
  readonly checkAnswer?: ((answer: Response) => void) | undefined
  /** Whether a script asks for data, which is never redirected. @default what the headers say */
  readonly isData?: ((request: WebRequest) => boolean) | undefined
  /**
   * Whether the browser's router of Remix or React Router asks for it, by `<Form>` or `<Link>`: it goes to another origin
   * only where it is redirected. @default it does not
   */
  readonly isByRouter?: ((request: WebRequest) => boolean) | undefined
  /** Told of each refusal. */
  readonly onRefusal?: ((request: WebRequest, refusal: Response) => void) | undefined
}

/** Questions about a `Request`; a refusal is a thrown `Response`. */
export interface ThrowingAuth {
  /** The user, whom the rules allow. @throws {Response} for everybody else. */
  requireUser(request: WebRequest): Promise<User>
  /** The user, or `null` for a request without tokens. @throws {Response} for bad tokens, and users whom the rules deny. */
  getUser(request: WebRequest): Promise<User | null>
  /** The user, a member of at least one of the groups. @throws {Response} for everybody else. */
  requireGroups(request: WebRequest, ...groups: string[]): Promise<User>
  /** The user, an app admin or platform admin. @throws {Response} for everybody else. */
  requireAdmin(request: WebRequest): Promise<User>
  /**
   * The user, whose access token has every one of the scopes: that of a session, or a bearer token.
   *
   * @throws {Response} for everybody else; 403 `insufficient_scope` for a token that lacks one.
   */
  requireScopes(request: WebRequest, ...scopes: string[]): Promise<User>
  /**
   * The answer that signs out: expires the load balancer's session cookies, goes to Cognito's logout.
   *
   * @throws {Response} 500 when `returnTo` is not in `logoutUrls`, or logout is not configured.
   */
  logout(request: WebRequest, options?: { readonly returnTo?: string | undefined }): Promise<Response>
}

/** What adapters on Web `Request`s share. */
export interface Gate extends ThrowingAuth {
  /** Authenticates and authorises each `Request` once. */
  readonly requests: RequestUsers<WebRequest>
  /** The answer to a failure: what `onError` answers, else the usual one. Never throws. */
  refuse(error: unknown, request: WebRequest): Promise<Response>
  /** The answer that signs out; throws what went wrong as it is. */
  signOut(request: WebRequest, returnTo?: string): Promise<Response>
  /**
   * Asks, and throws a `Response` for everything that goes wrong.
   *
   * @throws {ConfigurationError} when this is no request.
   */
  orThrow<Answer>(request: WebRequest, ask: () => Promise<Answer>): Promise<Answer>
}

/** A browser that goes to a page: it is redirected. */
const PAGE_LOAD: AnswerableRequest = {
  method: 'GET',
  url: '/',
  header: (name) => (name === 'sec-fetch-mode' ? 'navigate' : null),
}

/** Nobody is redirected from an answer to a mistake of ours or the app's. */
function checkOnError(onError: unknown): void {
  if (onError === undefined || typeof onError === 'function') return
  throw new ConfigurationError('onError must be a function of the error and the request')
}

/**
 * Makes the functions that every adapter on Web `Request`s builds on.
 *
 * @throws {ConfigurationError} when `onError` is no function.
 */
export function createGate(
  auth: CognitoAuth,
  { onError, checkAnswer, isData, isByRouter, onRefusal }: GateOptions = {},
): Gate {
  checkOnError(onError)
  const requests = createSharedRequests(auth)
  const seen = (request: WebRequest) => answerable(request, isData?.(request) === true)

  /** What the hook answers. To throw a `Response` is a manner of answering, too. */
  async function hookAnswer(error: unknown, request: WebRequest): Promise<unknown> {
    try {
      return await (onError as OnError<WebRequest> | undefined)?.(asError(error), request)
    } catch (thrown) {
      if (isResponse(thrown)) return thrown
      throw thrown
    }
  }

  async function answerOf(error: unknown, request: WebRequest): Promise<Response> {
    try {
      const answer = ownResponse(await hookAnswer(error, request))
      if (answer === undefined) return errorResponse(error, seen(request), auth)
      checkAnswer?.(answer)
      return answer
    } catch (cause) {
      // A hook that failed is a mistake of the app: 500, whatever it was asked about.
      return errorResponse(new Error('onError failed', { cause }), seen(request), auth)
    }
  }

  async function refuse(error: unknown, request: WebRequest): Promise<Response> {
    // A mistake of the app: there is no request that its hook could be asked about.
    if (!isRequest(request)) return errorResponse(error, NO_REQUEST, auth)
    const { [REASON_HEADER]: reason } = problemHeaders(error, auth)
    const refusal = withReason(await answerOf(error, request), reason)
    onRefusal?.(request, refusal)
    return refusal
  }

  async function orThrow<Answer>(request: WebRequest, ask: () => Promise<Answer>): Promise<Answer> {
    checkRequest(request)
    try {
      return await ask()
    } catch (error) {
      throw await refuse(error, request)
    }
  }

  const signOut = async (request: WebRequest, returnTo?: string): Promise<Response> => {
    if (isByRouter?.(request) !== true) return await signOutResponse(auth, seen(request), request.headers, returnTo)
    const response = await signOutResponse(auth, PAGE_LOAD, request.headers, returnTo)
    // The router would otherwise take a redirect for one of its own pages.
    response.headers.set('x-remix-reload-document', 'true')
    return response
  }

  return {
    requests,
    refuse,
    orThrow,
    signOut,
    requireUser: (request) => orThrow(request, () => requests.requireUser(request)),
    getUser: (request) => orThrow(request, () => requests.optionalUser(request)),
    requireGroups: (request, ...groups) =>
      orThrow(request, async () => await requests.requireGroups(request, checkGroups(groups))),
    requireAdmin: (request) => orThrow(request, () => requests.requireAdmin(request)),
    requireScopes: (request, ...scopes) =>
      orThrow(request, async () => await requests.requireScopes(request, checkScopes(scopes, auth))),
    logout: (request, options = {}) =>
      orThrow(request, async () => {
        refuseUnknown(options, ['returnTo'], 'logout()')
        return await signOut(request, ownOptions(options).returnTo)
      }),
  }
}

/** The answer to a failure where no `CognitoAuth` could be made: there is no hook, page or redirect to go by. */
export function refuseUnmade(error: unknown, request: WebRequest): Response {
  return errorResponse(error, answerable(request, false), { errorPage: false })
}
