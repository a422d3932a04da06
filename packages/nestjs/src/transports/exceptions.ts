/**
 * Our errors as Nest's exceptions, so that an app's exception filters work.
 *
 * @module
 */

import { type CognitoAuthError, ConfigurationError } from '@cognito-auth/core'
import { describeFault, isCognitoAuthError, problemHeaders, problemOf } from '@cognito-auth/core/adapter'
import {
  type ExecutionContext,
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

/** What each exception that we threw was thrown for. */
const refusals = new WeakMap<object, unknown>()

/**
 * Stands for the exceptions that we threw: they are plain exceptions of Nest, and `@Catch(Refusal)` catches no other.
 */
// eslint-disable-next-line typescript/no-extraneous-class -- what @Catch() compares with must be a class
export class Refusal {
  static [Symbol.hasInstance](exception: unknown): boolean {
    return typeof exception === 'object' && exception !== null && refusals.has(exception)
  }
}

/** The error that an exception of ours was thrown for. */
export function errorOf(exception: object): unknown {
  return refusals.get(exception)
}

/** Nest's exception for an error: its body is the problem document, its `cause` the error. */
export function httpExceptionOf(error: unknown, more: object = {}): HttpException {
  const problem = problemOf(error)
  const Exception = EXCEPTIONS[problem.status as keyof typeof EXCEPTIONS] ?? InternalServerErrorException
  const exception = new Exception({ ...problem, ...more }, { cause: error })
  refusals.set(exception, error)
  return exception
}

/** What GraphQL clients look at: `extensions.code`, in Apollo's words. */
const GRAPHQL_CODES: { readonly [status: number]: string } = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' }

/** Nest's Apollo driver translates exceptions that have a `statusCode`; other drivers keep `extensions`. */
function graphqlExceptionOf(error: unknown): HttpException {
  const { status } = problemOf(error)
  const extensions = { code: GRAPHQL_CODES[status] ?? 'INTERNAL_SERVER_ERROR' }
  return Object.assign(httpExceptionOf(error, { statusCode: status }), { extensions })
}

/** What gateways' exception filters understand; Nest's own tells the client the problem document. */
async function wsExceptionOf(error: unknown): Promise<Error> {
  // Optional, and there where a gateway is: nothing else imports it.
  const { WsException } = await import('@nestjs/websockets')
  return Object.assign(new WsException(problemOf(error)), { cause: error })
}

/** Express and Fastify both have it. */
interface HeaderWriter {
  header(name: string, value: string): unknown
}

/** Sets the headers that go with an error, where the context is of HTTP. */
function setHeaders(error: unknown, context: ExecutionContext): void {
  if (context.getType<string>() !== 'http') return
  const response = context.switchToHttp().getResponse<HeaderWriter>()
  for (const [name, value] of Object.entries(problemHeaders(error))) response.header(name, value)
}

/** Errors of ours say nothing of anybody; what an app's own rules threw may hold a whole request, tokens included. */
function logFault(error: unknown): void {
  new Logger('CognitoAuthGuard').error(isCognitoAuthError(error) ? error : describeFault(error))
}

/** What to throw for an error in a context. Over HTTP the headers that go with it are set. */
export async function refusalOf(error: unknown, context: ExecutionContext): Promise<Error> {
  const type = context.getType<string>()
  // Nest logs no HttpException, and nobody would see what is wrong with the options.
  if (problemOf(error).status === 500) logFault(error)
  if (type === 'ws') return await wsExceptionOf(error)
  if (type === 'graphql') return graphqlExceptionOf(error)
  if (type !== 'http') return new Error((error as CognitoAuthError).message, { cause: error })
  setHeaders(error, context)
  return httpExceptionOf(error)
}

/** What `@AuthUser()` throws where it cannot mean what is written; logged. Over HTTP the headers that go with it are set. */
export function misuse(message: string, context: ExecutionContext): HttpException {
  const error = new ConfigurationError(message)
  logFault(error)
  setHeaders(error, context)
  return httpExceptionOf(error)
}
