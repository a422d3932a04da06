/**
 * Our errors as Nest's exceptions, so that an app's exception filters work.
 *
 * @module
 */

import { describeError, isCognitoAuthError, problemDetails } from '@cognito-auth/core/adapter'
import {
  ForbiddenException,
  type HttpException,
  InternalServerErrorException,
  Logger,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common'

const EXCEPTIONS = {
  401: UnauthorizedException,
  403: ForbiddenException,
  503: ServiceUnavailableException,
} as const

/** What an exception that we threw was thrown for. Registered: the filter of the module may be of the other build. */
const REASON = Symbol.for('@cognito-auth/nestjs/reason')

/**
 * Stands for the exceptions that we threw: they are plain exceptions of Nest, and `@Catch(Refusal)` catches no other.
 */
// eslint-disable-next-line typescript/no-extraneous-class -- what @Catch() compares with must be a class
export class Refusal {
  static [Symbol.hasInstance](exception: unknown): boolean {
    return typeof exception === 'object' && exception !== null && Object.hasOwn(exception, REASON)
  }
}

/** The error that an exception of ours was thrown for. */
export function errorOf(exception: object): unknown {
  return (exception as { readonly [REASON]?: unknown })[REASON]
}

/** Nest's exception for an error: its body is the problem document, its `cause` the error. */
export function httpExceptionOf(error: unknown, more: object = {}): HttpException {
  const problem = problemDetails(error)
  const Exception = EXCEPTIONS[problem.status as keyof typeof EXCEPTIONS] ?? InternalServerErrorException
  const exception = new Exception({ ...problem, ...more }, { cause: error })
  return Object.defineProperty(exception, REASON, { value: error })
}

/** What GraphQL clients look at: `extensions.code`, in Apollo's words. */
const GRAPHQL_CODES: { readonly [status: number]: string } = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' }

/** Nest's Apollo driver translates exceptions that have a `statusCode`; other drivers keep `extensions`. */
export function graphqlExceptionOf(error: unknown): HttpException {
  const { status, code } = problemDetails(error)
  const extensions = { code: GRAPHQL_CODES[status] ?? 'INTERNAL_SERVER_ERROR', cognitoAuth: { code } }
  return Object.assign(httpExceptionOf(error, { statusCode: status }), { extensions })
}

/** What gateways' exception filters understand; Nest's own tells the client the problem document. */
export async function wsExceptionOf(error: unknown): Promise<Error> {
  // Optional, and there where a gateway is: nothing else imports it.
  const { WsException } = await import('@nestjs/websockets')
  return Object.assign(new WsException(problemDetails(error)), { cause: error })
}

/** Mistakes of which each message of a queue would tell again. */
const logged = new Set<string>()

/**
 * Logs what a 500 hides: Nest logs no HttpException. Our errors hold no token, claim or address; what an app's own rules
 * threw may hold a whole request, and only its class is told.
 *
 * @param isOnce Whether a sentence is logged the first time only.
 */
export function logError(error: unknown, isOnce = false): void {
  const told = isCognitoAuthError(error) ? error : describeError(error)
  const sentence = typeof told === 'string' ? told : told.message
  if (isOnce && logged.has(sentence)) return
  if (isOnce) logged.add(sentence)
  new Logger('CognitoAuthGuard').error(told)
}
