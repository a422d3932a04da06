/**
 * How Fastify spells what the pipeline needs.
 *
 * @module
 */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type CognitoAuth, type CognitoAuthError, ConfigurationError, type User } from '@cognito-auth/core'
import {
  asError,
  errorResponse,
  type Framework,
  nodeHeader,
  nodeHeaders,
  type PipelineResponse,
  problemDetails,
  warnOnce,
} from '@cognito-auth/core/adapter'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What a hook is called with, whatever the type arguments of the app: HTTP/1.1 or HTTP/2, with any type provider. */
export interface HookRequest {
  readonly raw: {
    readonly headers: IncomingHttpHeaders
    readonly rawHeaders: string[]
    readonly url?: string | undefined
  }
  readonly method: string
  readonly originalUrl: string
  user?: User | undefined
}

/** The reply, likewise. */
export interface HookReply {
  readonly sent: boolean
}

/** An `onRequest` hook, for `addHook` and routes. */
export type AuthHook = (request: HookRequest, reply: HookReply, done: () => void) => void

interface Call {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Hook = (error: CognitoAuthError | Error, request: FastifyRequest, reply: FastifyReply) => unknown

function send({ reply }: Call, { status, headers, body, cookies = [] }: PipelineResponse): void {
  const earlier = [reply.getHeader('set-cookie') ?? []].flat().map(String)
  if (cookies.length > 0) reply.removeHeader('set-cookie').header('set-cookie', [...earlier, ...cookies])
  reply.code(status).headers({ ...headers })
  // Nothing for an empty body: Fastify takes bytes, of which there are none, for application/octet-stream.
  if (body === '') reply.removeHeader('content-type').send()
  // Bytes: strings go through the app's serialiser, which may be for its own data.
  else reply.send(Buffer.from(body))
}

/** What a hook has done to a reply before it is sent. */
interface Watch {
  /** Whether `reply.send()` was called: what it began is not `sent` until it has ended. */
  readonly hasBegun: () => boolean
  readonly hasStatus: () => boolean
  readonly stop: () => void
}

function watch(reply: FastifyReply): Watch {
  const called = new Set<string>()
  const methods = (['send', 'code', 'status'] as const).map((name) => [name, reply[name]] as const)
  for (const [name, method] of methods) {
    Reflect.set(reply, name, (...given: unknown[]) => {
      called.add(name)
      return Reflect.apply(method, reply, given) as unknown
    })
  }
  return {
    hasBegun: () => called.has('send') || reply.sent || reply.raw.headersSent,
    hasStatus: () => called.has('code') || called.has('status'),
    stop: () => {
      for (const [name, method] of methods) Reflect.set(reply, name, method)
    },
  }
}

/** Whether a hook gave a body; what an arrow function gives by the way, such as `false` or a length, is none. */
function isBody(result: unknown): boolean {
  if (result === undefined || result === null) return false
  if (typeof result === 'string' || typeof result === 'object') return true
  throw new ConfigurationError('onError must return a body (an object, a string, a Buffer or a stream), or nothing')
}

/** Asks the hook for an answer; `false` where it gives none. */
async function hasAnswered(hook: Hook, error: CognitoAuthError | Error, { request, reply }: Call): Promise<boolean> {
  const cacheControl = reply.getHeader('cache-control')
  const { hasBegun, hasStatus, stop } = watch(reply)
  try {
    const given = hook(error, request, reply)
    // Not awaited where it is the reply, a thenable that is never fulfilled where nothing is sent.
    const result = given === reply ? undefined : await given
    if (hasBegun()) return true
    if (result === reply || !isBody(result)) return false
    // A body is the answer to a refusal: neither a success nor to be kept, unless the hook says so.
    // An `Error` has a status of its own, for the app's error handler.
    if (!hasStatus() && !(result instanceof Error)) reply.code(problemDetails(error).status)
    if (reply.getHeader('cache-control') === cacheControl) reply.header('cache-control', 'no-store')
    reply.send(result)
    return true
  } catch (cause) {
    if (!hasBegun()) throw new Error('onError failed', { cause })
    warnOnce(new Error('onError failed', { cause }), 'A request was answered already')
    return true
  } finally {
    stop()
  }
}

/** The port. */
export function createPort(
  auth: CognitoAuth,
  onError: Hook | undefined,
): Framework<Call, IncomingMessage, FastifyRequest, AuthHook> {
  return {
    rawOf: ({ request }) => request.raw,
    headersOf: nodeHeaders,
    subjectOf: ({ request }) => request,
    requestOf: ({ request }) => ({
      method: request.method,
      url: request.originalUrl,
      header: (name) => nodeHeader(request.headers, name),
    }),
    // What `rewriteUrl` made of it.
    routedPathsOf: ({ request }) => [request.raw.url ?? ''],
    setUser({ request }, user) {
      request.user = user
    },
    send,
    setHeader: ({ reply }, name, value) => void reply.header(name, value),
    async reject(call, error, answer) {
      let left: unknown = error
      try {
        if (onError !== undefined && (await hasAnswered(onError, error, call))) return
      } catch (failure) {
        left = failure
      }
      await answer(left)
    },
    middleware: (check) => (hookRequest, hookReply, done) => {
      const call = { request: hookRequest as FastifyRequest, reply: hookReply as FastifyReply }
      // Done is not called after an answer: async onSend hooks may still run, and Fastify would go on to the handler.
      void check(call)
        .catch((thrown: unknown) => {
          // Not to Fastify, whose error handler sends messages.
          const request = { method: call.request.method, url: call.request.originalUrl, header: () => undefined }
          send(call, errorResponse(new Error('refusing failed', { cause: asError(thrown) }), request, auth))
          return false
        })
        .then((goesOn) => {
          if (goesOn) done()
        })
    },
  }
}
