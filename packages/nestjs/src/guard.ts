/**
 * The guard: allows users whom the rules allow, and refuses others with Nest's exceptions.
 *
 * @module
 */

import { CognitoAuth, type User } from '@cognito-auth/core'
import { problemHeaders, problemDetails, type RequestUsers } from '@cognito-auth/core/adapter'
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleInit,
  Optional,
} from '@nestjs/common'
import { ExternalContextCreator, ModulesContainer } from '@nestjs/core'
import { type Access, REQUIRED } from './access/access.js'
import { markAsOurGuard } from './access/brand.js'
import { handlerAccess } from './access/stated.js'
import { logError } from './transports/exceptions.js'
import { other } from './transports/other.js'
import type { Carrier } from './transports/request-of.js'
import { transportOf } from './transports/transports.js'
import { warn } from './warn.js'
import { checkApp, checkInitialised } from './discovery/check-app.js'
import { checkAllGateways, type HandshakeGuard, protectBeforeOpening, protectGateways } from './discovery/gateways.js'
import { contextsOf } from './discovery/global-guard.js'
import { answerWithoutModule } from './front/without-module.js'
import {
  admit,
  environmentAuth,
  hasModule,
  isOfModule,
  MODULE_AUTH,
  type ModuleAuth,
  refuseExpired,
  requestsOf,
} from './requests.js'

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
 * Allows users whom the rules allow; others get an `UnauthorizedException`, `ForbiddenException`,
 * `ServiceUnavailableException` or `InternalServerErrorException`, whose body is a problem document and whose `cause`
 * is the error of core. In gateways it is a `WsException`.
 *
 * Uses the `CognitoAuth` of {@link CognitoAuthModule}, also in a class that extends it and hands nothing to `super()`;
 * without the module, one configured by the environment.
 *
 * @example
 * ```ts
 * @UseGuards(CognitoAuthGuard)
 * @Get() hello(@AuthUser() user: User) { return { hello: user.name } }
 * ```
 */
@Injectable()
export class CognitoAuthGuard implements CanActivate, OnModuleInit, OnApplicationBootstrap, HandshakeGuard {
  static {
    markAsOurGuard(this)
  }

  /**
   * What the module hands over; Nest sets it. A property: a class that extends the guard may hand nothing to `super()`,
   * and the environment's rules must not count there.
   */
  @Optional()
  @Inject(MODULE_AUTH)
  protected readonly ofModule: ModuleAuth | undefined

  readonly #auth: CognitoAuth | undefined
  readonly #modules: ModulesContainer | undefined
  #isGlobalChecked = false

  /**
   * @param auth What verifies and decides. @default that of the module, where Nest makes the guard; else
   *   one configured by the environment. In gateways a guard made by hand
   *   needs the module: it sees no handshake by itself, refuses messages and ends their connections.
   * @param modules Nest's own; it gives it.
   * @param creator Nest's own; it gives it.
   */
  constructor(
    @Optional() @Inject(CognitoAuth) auth?: CognitoAuth,
    @Optional() @Inject(ModulesContainer) modules?: ModulesContainer,
    @Optional() @Inject(ExternalContextCreator) creator?: ExternalContextCreator,
  ) {
    this.#auth = auth
    this.#modules = modules
    if (modules === undefined) return
    protectGateways(modules)
    const config = creator && contextsOf(creator).config
    if (config !== undefined) protectBeforeOpening(modules, config)
    if (auth === undefined && creator !== undefined && !hasModule(modules)) answerWithoutModule(modules, creator)
  }

  /** @throws {ConfigurationError} where something would be open without a word: the app does not start. */
  onModuleInit(): void {
    if (this.#modules === undefined) return
    checkApp(this.#modules)
  }

  /** @throws {ConfigurationError} where the schema of GraphQL has something that would be open. */
  onApplicationBootstrap(): void {
    if (this.#modules !== undefined) checkInitialised(this.#modules)
  }

  /**
   * @returns `true`, or throws.
   * @throws {HttpException} `WsException` in gateways; for RPC an error that says so.
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const transport = transportOf(context)
    try {
      const stated = statedOn(context)
      if (stated === undefined) this.#checkGlobal()
      const access = stated ?? REQUIRED
      if (access.mode === 'public') return true
      const request = transport.requestOf(context)
      const user = await admit(this.requests(), request, access)
      if (transport.outlivesTokens(context, request)) refuseExpired(user)
      transport.onAllowed(context, request, user)
    } catch (error) {
      if (problemDetails(error).status === 500) logError(error, transport === other)
      throw await transport.refusalOf(error, context)
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

  /** Headers of a refused handshake: behind a local load balancer, with the check that failed. The package calls it. */
  handshakeHeaders(error: unknown): Record<string, string> {
    return problemHeaders(error, this.#auth ?? this.ofModule?.auth ?? {})
  }

  /** `app.useGlobalGuards()` may be called after the start, where gateways were checked. */
  #checkGlobal(): void {
    if (this.#isGlobalChecked) return
    if (this.#modules !== undefined) checkAllGateways(this.#modules)
    else if (!this.isChecked()) {
      warn(
        'A CognitoAuthGuard made by hand protects the whole app, but no gateway, field or reference, and nothing was checked at start: import CognitoAuthModule.forRoot({ global: true })',
        'COGNITO_AUTH_HAND_MADE',
      )
    }
    this.#isGlobalChecked = true
  }

  /** Whether gateways were checked at start, by the module. */
  protected isChecked(): boolean {
    return this.ofModule !== undefined || isOfModule(this.#auth)
  }

  /** Who verifies, and remembers whom. */
  protected requests(): RequestUsers<Carrier> {
    if (this.#auth === undefined && this.ofModule !== undefined) return this.ofModule.requests
    return requestsOf(this.#auth ?? environmentAuth(this.#modules ?? this))
  }
}
