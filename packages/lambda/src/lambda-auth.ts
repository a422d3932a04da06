/**
 * Protects a function that is the target of a load balancer.
 *
 * @module
 */

import { STATUS_CODES } from 'node:http'
import {
  type CognitoAuth,
  type CognitoAuthError,
  type CognitoAuthOptions,
  ConfigurationError,
  type User,
} from '@cognito-auth/core'
import {
  asError,
  type Bypass,
  createAuth,
  createBypass,
  errorResponse,
  type ErrorResponse,
  isSignOut,
  problemHeaders,
  REASON_HEADER,
  RequestUsers,
  signOutResponse,
} from '@cognito-auth/core/adapter'
import { type Ask, createAsk, type Demands } from './demands.js'
import { type AlbEvent, answerable, checkEvent, headersOf, isMultiValue } from './event.js'
import { type AlbResult, inMode } from './result.js'

/** Answers failures; where it answers nothing, the usual answer is given. */
export type OnError = (
  error: CognitoAuthError | Error,
  event: AlbEvent,
) => AlbResult | null | undefined | Promise<AlbResult | null | undefined>

/** Options of {@link createLambdaAuth}: those of `CognitoAuth`, and the adapter's own. */
export interface LambdaAuthOptions extends CognitoAuthOptions {
  /** Answers failures. @default the usual answer */
  readonly onError?: OnError | undefined
  /** What is not protected, the health check mostly: exact paths, or a predicate on the event that opens by returning `true`. @default nothing */
  readonly bypass?: Bypass<AlbEvent> | undefined
}

/** What a handler is given besides the event. */
export interface HandlerInput<Who extends User | null, Context> {
  /** The user, whom the rules allow; `null` on a bypassed path. */
  readonly user: Who
  /** The second argument of the function: what Lambda says of the call. */
  readonly context: Context
}

/** What {@link createLambdaAuth} gives. */
export interface LambdaAuth<Who extends User | null = User> {
  /** What verifies and decides. */
  readonly core: CognitoAuth
  /**
   * Protects a handler. Answers are sent in the mode of the event (`headers` or `multiValueHeaders`), whichever the
   * handler writes. What it throws is the app's: Lambda makes an error of it, and the load balancer a 502.
   *
   * @param demands What is asked besides the rules of the app.
   * @throws {ConfigurationError} when the handler is no function, or a demand is wrong.
   */
  withUser<Event extends AlbEvent = AlbEvent, Context = unknown, Result extends AlbResult = AlbResult>(
    handler: (event: Event, input: HandlerInput<Who, Context>) => Result | Promise<Result>,
    demands?: Demands,
  ): (event: Event, context: Context) => Promise<AlbResult>
}

/** Before a handler runs: the answer, or with whom it runs. */
type Passage = { readonly result: AlbResult } | { readonly result?: undefined; readonly user: User | null }

function toResult({ status, headers, body, cookies = [] }: ErrorResponse & { cookies?: readonly string[] }): AlbResult {
  return {
    statusCode: status,
    statusDescription: `${status} ${STATUS_CODES[status] ?? ''}`.trim(),
    headers: { ...headers },
    ...(cookies.length > 0 && { multiValueHeaders: { 'set-cookie': [...cookies] } }),
    body,
    isBase64Encoded: false,
  }
}

/** Headers but for one, in whichever letter case. */
function without<Value>(unwanted: string, headers: { [name: string]: Value }): { [name: string]: Value } {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== unwanted))
}

function checkAnswer(answer: unknown): AlbResult | undefined {
  if (answer === undefined || answer === null) return undefined
  const { statusCode } = answer as Partial<AlbResult>
  // The load balancer makes a 502 of any other.
  if (Number.isInteger(statusCode) && Number(statusCode) >= 200 && Number(statusCode) <= 599) return answer as AlbResult
  throw new ConfigurationError('onError must return an answer with a statusCode from 200 to 599, or nothing')
}

/**
 * Makes what protects a function.
 *
 * @example
 * ```ts
 * const { withUser } = createLambdaAuth({ bypass: ['/health'] })
 * export const handler = withUser(async (event, { user }) => ({ statusCode: 200, body: user?.name ?? 'ok' }))
 * ```
 * @param options Options, or a `CognitoAuth` that exists.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function createLambdaAuth(
  options: LambdaAuthOptions & { readonly bypass: Bypass<AlbEvent> },
): LambdaAuth<User | null>
export function createLambdaAuth(
  options?: (LambdaAuthOptions & { readonly bypass?: undefined }) | CognitoAuth,
): LambdaAuth
export function createLambdaAuth(options: LambdaAuthOptions | CognitoAuth = {}): LambdaAuth<User | null> {
  const { auth, own } = createAuth<Pick<LambdaAuthOptions, 'onError' | 'bypass'>>(options, ['onError', 'bypass'])
  const { onError } = own
  if (onError !== undefined && typeof onError !== 'function') {
    throw new ConfigurationError('onError must be a function of the error and the event')
  }
  const isBypassed = createBypass(own.bypass, auth)
  const requests = new RequestUsers<AlbEvent>(auth, headersOf)

  /** A local load balancer shows why, and takes the header off. A hook's own of that name would be a second value. */
  function withReason(answer: AlbResult, error: unknown): AlbResult {
    const { [REASON_HEADER]: reason } = problemHeaders(error, auth)
    if (reason === undefined) return answer
    const { headers = {}, multiValueHeaders = {} } = answer
    return {
      ...answer,
      headers: { ...without(REASON_HEADER, headers), [REASON_HEADER]: reason },
      multiValueHeaders: without(REASON_HEADER, multiValueHeaders),
    }
  }

  async function refuse(error: unknown, event: AlbEvent): Promise<AlbResult> {
    const usual = (failure: unknown): AlbResult => toResult(errorResponse(failure, answerable(event), auth))
    try {
      const answer = checkAnswer(await onError?.(asError(error), event))
      return answer === undefined ? usual(error) : withReason(answer, error)
    } catch (cause) {
      return usual(new Error('onError failed', { cause }))
    }
  }

  async function passageOf(event: AlbEvent, ask: Ask): Promise<Passage> {
    try {
      if (isSignOut(auth, event.httpMethod, event.path)) {
        return { result: toResult(await signOutResponse(auth, answerable(event), headersOf(event))) }
      }
      return { user: isBypassed(event, event.path) ? null : await ask(event) }
    } catch (error) {
      return { result: await refuse(error, event) }
    }
  }

  return {
    core: auth,
    withUser(handler, demands = {}) {
      if (typeof handler !== 'function') {
        throw new ConfigurationError('withUser() needs the handler to protect: withUser(async (event, { user }) => …)')
      }
      const ask = createAsk(auth, requests, demands)
      return async (event, context) => {
        checkEvent(event)
        const passage = await passageOf(event, ask)
        // Outside of `try`: what a handler throws is the app's.
        return inMode(passage.result ?? (await handler(event, { user: passage.user, context })), isMultiValue(event))
      }
    },
  }
}
