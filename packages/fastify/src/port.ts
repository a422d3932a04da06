/**
 * How Fastify spells what the pipeline needs.
 *
 * @module
 */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { CognitoAuth, CognitoAuthError, User } from '@cognito-auth/core'
import {
  asError,
  errorResponse,
  type Framework,
  nodeHeaders,
  type PipelineResponse,
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
  // Bytes: strings go through the app's serialiser, which may be for its own data.
  reply
    .code(status)
    .headers({ ...headers })
    .send(Buffer.from(body))
}

/** Asks the hook for an answer; `false` where it gives none. What `reply.send()` began is not `sent` until it has ended. */
async function hasAnswered(hook: Hook, error: CognitoAuthError | Error, { request, reply }: Call): Promise<boolean> {
  const sending = reply.send
  let hasBegun = false
  reply.send = function (this: FastifyReply, ...given: Parameters<FastifyReply['send']>) {
    hasBegun = true
    return sending.apply(this, given)
  } as FastifyReply['send']
  try {
    const result = await hook(error, request, reply)
    if (hasBegun || reply.sent || reply.raw.headersSent) return true
    if (result === undefined || result === reply) return false
    reply.send(result)
    return true
  } catch (cause) {
    if (!hasBegun && !reply.sent && !reply.raw.headersSent) throw new Error('onError failed', { cause })
    warnOnce(new Error('onError failed', { cause }), 'A request was answered already')
    return true
  } finally {
    reply.send = sending
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
      header: (name) => request.headers[name]?.toString(),
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
