/**
 * Answers refusals over HTTP as every adapter does: a problem document with its content type, or a redirect.
 *
 * @module
 */

import type { IncomingHttpHeaders } from 'node:http'
import { CognitoAuth } from '@cognito-auth/core'
import { type AnswerOptions, type ErrorResponse, errorResponse, nodeHeader } from '@cognito-auth/core/adapter'
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { errorOf, Refusal } from './exceptions.js'

/** What we use of a request of Express or Fastify. */
interface HttpRequest {
  readonly method: string
  readonly url: string
  /** As sent, where Express (or Fastify) has rewritten `url` since. */
  readonly originalUrl?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** What we use of Express's response, which is Node's. */
interface NodeResponse {
  statusCode: number
  readonly headersSent: boolean
  setHeader(name: string, value: string): unknown
  removeHeader(name: string): unknown
  end(body?: string): unknown
}

/** What we use of Fastify's reply. */
interface FastifyReply {
  readonly raw: NodeResponse
  code(status: number): FastifyReply
  headers(headers: Readonly<Record<string, string>>): FastifyReply
  removeHeader(name: string): FastifyReply
  send(body: Uint8Array): unknown
}

/** Nest's `FILTER_CATCH_EXCEPTIONS`, which each major exports from another place. */
const CATCHES = '__filterCatchExceptions__'

@Catch(Refusal)
export class ProblemFilter implements ExceptionFilter {
  readonly #auth: AnswerOptions
  readonly #modules: ModulesContainer

  constructor(@Inject(CognitoAuth) auth: AnswerOptions, @Inject(ModulesContainer) modules: ModulesContainer) {
    this.#auth = auth
    this.#modules = modules
  }

  catch(exception: Error, host: ArgumentsHost): unknown {
    const other = this.#otherFilter(exception)
    if (other !== undefined) return other.catch(exception, host)
    if (host.getType<string>() !== 'http') throw exception
    const http = host.switchToHttp()
    const request = http.getRequest<HttpRequest>()
    const header = (name: string): string | undefined => nodeHeader(request.headers, name)
    const url = request.originalUrl ?? request.url
    const answer = errorResponse(errorOf(exception), { method: request.method, url, header }, this.#auth)
    send(answer, http.getResponse<NodeResponse | FastifyReply>())
  }

  /**
   * The app's own filter for the exception, registered as `APP_FILTER`: Nest reaches ours before one of the root
   * module, and it is for the app to decide.
   */
  #otherFilter(exception: Error): ExceptionFilter | undefined {
    const wrappers = [...this.#modules.values()].flatMap((module) => [...module.providers.values()])
    return wrappers
      .filter(({ subtype }) => subtype === 'filter')
      .map(({ instance }) => instance as ExceptionFilter)
      .findLast((filter) => {
        // Two of ours would pass an exception to each other for ever.
        if (filter instanceof ProblemFilter || typeof filter?.catch !== 'function') return false
        const types = (Reflect.getMetadata(CATCHES, filter.constructor) as (new () => unknown)[] | undefined) ?? []
        return types.length === 0 || types.some((type) => exception instanceof type)
      })
  }
}

function send({ status, headers, body }: ErrorResponse, response: NodeResponse | FastifyReply): void {
  const node = 'raw' in response ? response.raw : response
  if (node.headersSent) return void node.end()
  // The guard has set it for the filter that answers; a redirect asks for no credentials.
  if (status === 302) response.removeHeader('www-authenticate')
  if ('raw' in response) {
    // Bytes: Fastify adds a charset to text, which JSON types do not have (RFC 8259 section 11).
    response.code(status).headers(headers).send(new TextEncoder().encode(body))
    return
  }
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.statusCode = status
  response.end(body)
}
