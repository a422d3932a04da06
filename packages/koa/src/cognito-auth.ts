/**
 * Protects a Koa app, or a route of it.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import {
  type CognitoAuth,
  type CognitoAuthError,
  type CognitoAuthOptions,
  ConfigurationError,
  type User,
} from '@cognito-auth/core'
import {
  type AuthMiddleware,
  createAuth,
  createMiddleware,
  type Framework,
  nodeHeader,
  nodeHeaders,
  type PipelineResponse,
  type ProtectOptions as ProtectOptionsOf,
  warnOnce,
  requireUserOf,
} from '@cognito-auth/core/adapter'
import type { Context, Middleware } from 'koa'
import { routedPaths, sentUrl } from './paths.js'
import { createRouterCheck } from './router-case.js'
import { watchAnswer } from './watch-answer.js'

/**
 * Answers a request that is refused. Where it has set neither a status nor a body, and not answered past Koa, by the time
 * it returns, or the promise that it returns is fulfilled, the usual answer is sent.
 */
export type OnError = (error: CognitoAuthError | Error, ctx: Context) => unknown

/** Options of {@link cognitoAuth}: those of `CognitoAuth`, and Koa's own. */
export interface KoaAuthOptions extends CognitoAuthOptions {
  /** Answers failures; `'throw'` leaves them to the app's own error middleware. @default the usual answer */
  readonly onError?: OnError | 'throw' | undefined
}

/** What our middleware leaves at `ctx.state`. */
export interface AuthState {
  /** `undefined` where `optional()` allowed an anonymous request. */
  user?: User | undefined
}

declare module 'koa' {
  // How @types/koa lets libraries add to its state: `ctx.state.user` is typed in every app, with no type arguments.
  interface DefaultState extends AuthState {}
}

// Interfaces of our own, not aliases: an app's declarations can name them without depending on core.

/** Options of `protect`. */
export interface ProtectOptions extends ProtectOptionsOf<Context> {}

/** What {@link cognitoAuth} gives: each method makes Koa middleware, which sets `ctx.state.user` where it goes on. */
export interface KoaAuth extends AuthMiddleware<Context, Middleware<AuthState>, ProtectOptions> {}

function send(ctx: Context, { status, headers, body, cookies = [] }: PipelineResponse): void {
  ctx.respond = true
  ctx.status = status
  ctx.body = body
  // Koa takes every text for text/plain, also the empty one of a redirect.
  if (body === '') ctx.remove('content-type')
  ctx.set(headers)
  for (const cookie of cookies) ctx.append('set-cookie', cookie)
}

/** Sets a header again when the answer begins: Koa's own error handler drops all but those of the error. */
function keepHeader({ res }: Context, name: string, value: string): void {
  const { writeHead } = res
  res.writeHead = (...given: unknown[]) => {
    if (!res.headersSent) res.setHeader(name, value)
    return Reflect.apply(writeHead, res, given) as typeof res
  }
}

type Answer = (error: unknown) => void | Promise<void>

/** The usual answer, unless the response has begun: half a response must not be taken for a whole one. */
async function answerOnce(ctx: Context, error: unknown, answer: Answer): Promise<void> {
  if (!ctx.headerSent) return await answer(error)
  if (!ctx.res.writableEnded) ctx.res.destroy()
  warnOnce(error, 'A request was answered already')
}

interface Call {
  readonly ctx: Context
  /** The middleware that was called. */
  readonly handler: Middleware<AuthState>
}

function port(onError: KoaAuthOptions['onError']): Framework<Call, IncomingMessage, Context, Middleware<AuthState>> {
  return {
    // Node's request: mounted apps have contexts of their own for the same request.
    rawOf: ({ ctx }) => ctx.req,
    headersOf: nodeHeaders,
    subjectOf: ({ ctx }) => ctx,
    // Not ctx.get(), to which an empty header is a missing one.
    requestOf: ({ ctx }) => ({
      method: ctx.method,
      url: sentUrl(ctx),
      header: (name) => nodeHeader(ctx.req.headers, name),
    }),
    routedPathsOf: ({ ctx, handler }) => routedPaths(ctx, sentUrl(ctx), handler),
    setUser({ ctx }, user) {
      ctx.state.user = user
    },
    send: ({ ctx }, response) => send(ctx, response),
    setHeader({ ctx }, name, value) {
      if (ctx.headerSent) return
      ctx.set(name, value)
      if (onError === 'throw') keepHeader(ctx, name, value)
    },
    async reject({ ctx }, error, answer) {
      if (onError === undefined || ctx.headerSent) return await answerOnce(ctx, error, answer)
      if (onError === 'throw') throw error
      ctx.respond = true
      const hasAnswered = watchAnswer(ctx)
      try {
        await onError(error, ctx)
      } catch (cause) {
        return await answerOnce(ctx, new Error('onError failed', { cause }), answer)
      }
      if (!hasAnswered()) await answerOnce(ctx, error, answer)
    },
    middleware(check, name) {
      const checkRouter = createRouterCheck(name)
      const handler: Middleware<AuthState> = async (ctx, next) => {
        if (name !== 'logout') checkRouter(ctx, handler)
        if (await check({ ctx, handler })) await next()
      }
      return handler
    },
  }
}

/**
 * Makes the middleware.
 *
 * @example
 * ```ts
 * const auth = cognitoAuth()
 * app.use(auth.protect({ bypass: ['/health'] }))
 * app.use((ctx) => { ctx.body = { hello: getUser(ctx).name } })
 * ```
 * @param auth A `CognitoAuth` that exists.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function cognitoAuth(auth: CognitoAuth): KoaAuth
/**
 * Makes the middleware.
 *
 * @example
 * ```ts
 * const auth = cognitoAuth()
 * app.use(auth.protect({ bypass: ['/health'] }))
 * app.use((ctx) => { ctx.body = { hello: getUser(ctx).name } })
 * ```
 * @param options What is left out comes from the environment.
 * @throws {ConfigurationError} when an option is missing, unknown or wrong.
 */
export function cognitoAuth(options?: KoaAuthOptions): KoaAuth
export function cognitoAuth(options: KoaAuthOptions | CognitoAuth = {}): KoaAuth {
  const { auth, own } = createAuth<Pick<KoaAuthOptions, 'onError'>>(options, ['onError'])
  if (own.onError !== undefined && own.onError !== 'throw' && typeof own.onError !== 'function') {
    throw new ConfigurationError("onError must be a function (error, ctx), or 'throw'")
  }
  return createMiddleware(auth, port(own.onError))
}

/**
 * The user of a request that was protected.
 *
 * @throws {ConfigurationError} where nothing protected it, or where `optional()` allowed an anonymous request.
 */
export function getUser(ctx: Pick<Context, 'req'>): User {
  return requireUserOf(ctx.req)
}
