/**
 * Protects a Fastify app, a scope of it, or a route.
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
  type Bypass,
  createAuth,
  createMiddleware,
  isCognitoAuth,
  ownOptions,
  type ProtectOptions as ProtectOptionsOf,
  requireUserOf,
} from '@cognito-auth/core/adapter'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hideErrorMessages } from './error-messages.js'
import { addFirstHook } from './hook-order.js'
import { type AuthHook, createPort } from './port.js'

/**
 * Answers a request that is refused, by `reply.send()` or by what it returns. Where it does neither by the time that it
 * returns, or the promise that it returns is fulfilled, the usual answer is sent.
 */
export type OnError = (error: CognitoAuthError | Error, request: FastifyRequest, reply: FastifyReply) => unknown

/** Options of the plugin: those of `CognitoAuth`, and Fastify's own. */
export interface FastifyAuthOptions extends CognitoAuthOptions {
  /** A `CognitoAuth` that exists, in place of its options. @default made from the options and the environment */
  readonly auth?: CognitoAuth | undefined
  /** Whether the scope is protected in which the plugin is registered, and those below it. @default true */
  readonly protect?: boolean | undefined
  /**
   * What is open in a protected scope: exact paths, all below a path (`/public/*`), or a predicate that opens by returning
   * `true`.
   * @default nothing
   */
  readonly bypass?: Bypass<FastifyRequest> | undefined
  /** Answers failures instead of the usual page, redirect or problem document. @default none */
  readonly onError?: OnError | undefined
}

// Interfaces of our own, not aliases: an app's declarations can name them without depending on core.

/** Options of `protect`. */
export interface ProtectOptions extends ProtectOptionsOf<FastifyRequest> {}

/** `app.cognitoAuth`: each method makes an `onRequest` hook, which sets `request.user` where it goes on. */
export interface FastifyAuth extends Omit<AuthMiddleware<FastifyRequest, AuthHook, ProtectOptions>, 'core'> {
  /** What verifies and decides. By its members: where an app loads both builds, both declare `app.cognitoAuth`. */
  readonly core: Pick<CognitoAuth, keyof CognitoAuth>
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Makers of `onRequest` hooks. */
    cognitoAuth: FastifyAuth
  }
  interface FastifyRequest {
    /** `undefined` where `optional()` allowed an anonymous request, or nothing protected the route. */
    user?: User | undefined
  }
}

type OwnOptions = Pick<FastifyAuthOptions, 'auth' | 'protect' | 'bypass' | 'onError'>

/** The plugin's `CognitoAuth`, made or given. */
function authOf(options: FastifyAuthOptions): { auth: CognitoAuth; own: OwnOptions } {
  if (isCognitoAuth(options)) return { auth: options, own: ownOptions({}) }
  const { auth: given, protect, bypass, onError, ...rest } = ownOptions(options)
  if (given === undefined) {
    const names = ['auth', 'protect', 'bypass', 'onError'] as const
    return createAuth<OwnOptions>(options, names)
  }
  if (!isCognitoAuth(given)) throw new ConfigurationError('auth must be a CognitoAuth')
  const [other] = Object.keys(rest)
  if (other !== undefined) throw new ConfigurationError(`auth and ${other} cannot be used together`)
  return { auth: given, own: { protect, bypass, onError } }
}

function checkOwn({ protect, bypass, onError }: OwnOptions): void {
  if (protect !== undefined && typeof protect !== 'boolean') {
    throw new ConfigurationError('protect must be true or false')
  }
  if (protect === false && bypass !== undefined) {
    throw new ConfigurationError('bypass and protect: false cannot be used together: nothing is protected')
  }
  if (onError !== undefined && typeof onError !== 'function') {
    throw new ConfigurationError('onError must be a function (error, request, reply)')
  }
}

/** Makes `request.user` a property of every request of the scope. */
function decorate(app: FastifyInstance, auth: FastifyAuth): void {
  if (Object.hasOwn(app, 'cognitoAuth')) {
    throw new ConfigurationError('cognitoAuth is registered in this scope already: use app.cognitoAuth')
  }
  const isOurs = app.hasDecorator('cognitoAuth')
  if (!isOurs && app.hasRequestDecorator('user')) {
    throw new ConfigurationError('Another plugin decorates request.user: give it another name there')
  }
  app.decorate('cognitoAuth', auth)
  if (!isOurs) app.decorateRequest('user')
}

/**
 * The plugin. It protects the scope that it is registered in and all scopes below it, registered before it or after, by an
 * `onRequest` hook; unknown paths too.
 *
 * @example
 * ```ts
 * await app.register(cognitoAuth, { bypass: ['/health'] })
 * app.get('/', async (request) => ({ hello: getUser(request).name }))
 * ```
 * @throws {ConfigurationError} when an option is missing, unknown or wrong; in a scope that has it already, or another
 * `request.user`.
 */
async function plugin(app: FastifyInstance, options: FastifyAuthOptions): Promise<void> {
  const { auth, own } = authOf(options)
  checkOwn(own)
  const hooks: FastifyAuth = createMiddleware(auth, createPort(auth, own.onError))
  decorate(app, hooks)
  hideErrorMessages(app)
  if (own.protect !== false) await addFirstHook(app, hooks.protect({ bypass: own.bypass }))
}

/**
 * The plugin. It protects the scope that it is registered in and all scopes below it, registered before it or after, by an
 * `onRequest` hook; unknown paths too.
 *
 * @example
 * ```ts
 * await app.register(cognitoAuth, { bypass: ['/health'] })
 * app.get('/', async (request) => ({ hello: getUser(request).name }))
 * ```
 */
export const cognitoAuth: typeof plugin = Object.assign(plugin, {
  // No scope of its own: its hooks are those of the scope that it is registered in.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@cognito-auth/fastify',
  [Symbol.for('plugin-meta')]: { name: '@cognito-auth/fastify', fastify: '5.x' },
})

/**
 * The user of a request that was protected.
 *
 * @throws {ConfigurationError} where nothing protected it, or where `optional()` allowed an anonymous request.
 */
export function getUser(request: { readonly raw: Pick<IncomingMessage, 'headers'> }): User {
  return requireUserOf(request.raw)
}
