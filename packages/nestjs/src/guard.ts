/**
 * The guard: admits users who may come in, and throws Nest's exceptions at everybody else.
 *
 * @module
 */

import { CognitoAuth, ConfigurationError, type User } from '@cognito-auth/core'
import type { RequestAuth } from '@cognito-auth/core/adapter'
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnModuleInit,
  Optional,
} from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { type Access, REQUIRED } from './access/access.js'
import { markAsOurGuard } from './access/brand.js'
import { handlerAccess } from './access/stated.js'
import { type Carrier, carrierOf, connectionOf, isLongLived, isUnseen, socketOf } from './transports/carrier.js'
import { refusalOf } from './transports/exceptions.js'
import { checkApp } from './discovery/check-app.js'
import { checkAllGateways, type HandshakeGuard, protectGateways } from './discovery/gateways.js'
import { endAtExpiry, endConnection } from './transports/handshake.js'
import { admit, environmentAuth, refuseExpired, requestsOf } from './requests.js'

type Handler = Pick<ExecutionContext, 'getHandler' | 'getClass'>

/** What is written on a handler and its class; `undefined` for nothing: the guard is asked for the whole app. */
function statedOn(context: Handler): Access | undefined {
  return handlerAccess(context.getHandler(), context.getClass())
}

/** What a handler asks: `required` where nothing says otherwise. */
export function accessOf(context: Handler): Access {
  return statedOn(context) ?? REQUIRED
}

/**
 * Admits users who may come in; everybody else gets an `UnauthorizedException`, `ForbiddenException`,
 * `ServiceUnavailableException` or `InternalServerErrorException`, whose body is a problem document and whose `cause`
 * is the error of core. In gateways it is a `WsException`.
 *
 * Uses the `CognitoAuth` of {@link CognitoAuthModule}; without the module, one configured by the environment.
 *
 * @example
 * ```ts
 * @UseGuards(CognitoAuthGuard)
 * @Get() hello(@AuthUser() user: User) { return { hello: user.name } }
 * ```
 */
@Injectable()
export class CognitoAuthGuard implements CanActivate, OnModuleInit, HandshakeGuard {
  static {
    markAsOurGuard(this)
  }

  readonly #auth: CognitoAuth | undefined
  readonly #modules: ModulesContainer | undefined
  #isGlobalChecked = false

  /**
   * @param auth What verifies and decides. @default one configured by the environment. In gateways a guard made by hand
   *   needs the module: it sees no handshake by itself, refuses messages and ends their connections.
   * @param modules Nest's own; it gives it.
   */
  constructor(
    @Optional() @Inject(CognitoAuth) auth?: CognitoAuth,
    @Optional() @Inject(ModulesContainer) modules?: ModulesContainer,
  ) {
    this.#auth = auth
    this.#modules = modules
    if (modules !== undefined) protectGateways(modules)
  }

  /** @throws {ConfigurationError} where something would be open without a word: the app does not start. */
  onModuleInit(): void {
    if (this.#modules === undefined) return
    checkApp(this.#modules)
  }

  /**
   * @returns `true`, or throws.
   * @throws {HttpException} `WsException` in gateways; for RPC an error that says so.
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      const stated = statedOn(context)
      if (stated === undefined) this.#checkGlobal()
      const access = stated ?? REQUIRED
      if (access.mode === 'public') return true
      const carrier = carrierOf(context)
      const user = await admit(this.requests(), carrier, access)
      if (isLongLived(context, carrier)) refuseExpired(user)
      welcome(context, carrier, user)
    } catch (error) {
      if (context.getType<string>() === 'ws' && error instanceof ConfigurationError) endUnseen(socketOf(context))
      throw await refusalOf(error, context)
    }
    return true
  }

  /**
   * What is asked of a WebSocket handshake; the package calls it, with the request and what the gateway asks.
   *
   * @throws {CognitoAuthError} where there is to be no connection.
   */
  async admitHandshake(carrier: Carrier, access: Access): Promise<User | null> {
    const user = await admit(this.requests(), carrier, access)
    refuseExpired(user)
    return user
  }

  /** With `app.useGlobalGuards()`, of which nothing tells at the start, gateways would be open and nobody the wiser. */
  #checkGlobal(): void {
    if (this.#isGlobalChecked || this.#modules === undefined) return
    checkAllGateways(this.#modules)
    this.#isGlobalChecked = true
  }

  /** Who verifies, and remembers whom. */
  protected requests(): RequestAuth<Carrier> {
    return requestsOf(this.#auth ?? environmentAuth(this.#modules ?? this))
  }
}

/** A connection that nobody verified hears what the gateway says to everybody: it ends with its first message. */
function endUnseen(socket: object): void {
  if (isUnseen(socket)) endConnection(socket)
}

function welcome(context: ExecutionContext, carrier: Carrier, user: User | null): void {
  const type = context.getType<string>()
  // A subscription is asked about once, and would go on for as long as the connection.
  const socket = type === 'ws' ? socketOf(context) : connectionOf(carrier)
  if (socket !== undefined) endAtExpiry(socket, user)
  if (type !== 'http') return
  // A courtesy to handlers; nothing of ours reads it. `undefined` removes what others may have put there.
  context.switchToHttp().getRequest<{ user?: User | undefined }>().user = user ?? undefined
}
