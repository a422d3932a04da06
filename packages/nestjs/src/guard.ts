/**
 * The guard: admits users who may come in, and throws Nest's exceptions at everybody else.
 *
 * @module
 */

import { CognitoAuth, type User } from '@cognito-auth/core'
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
import { type Access, classesOf, statedAccess } from './access.js'
import { type Carrier, carrierOf, rememberAdmitted, socketOf } from './carrier.js'
import { refusalOf } from './exceptions.js'
import { checkGateways, protectGateways } from './gateways.js'
import { endAtExpiry } from './handshake.js'
import { admit, environmentAuth, requestsOf } from './requests.js'

const REQUIRED: Access = { mode: 'required', demands: [] }

/** Whether an entry of `@UseGuards` is the guard, made from its class or one that extends it, or already made. */
export function isCognitoAuthGuard(guard: unknown): boolean {
  return guard === CognitoAuthGuard || isDerived(guard) || guard instanceof CognitoAuthGuard
}

function isDerived(guard: unknown): boolean {
  return typeof guard === 'function' && guard.prototype instanceof CognitoAuthGuard
}

/** What a handler asks: `required` where nothing says otherwise. */
export function accessOf(context: Pick<ExecutionContext, 'getHandler' | 'getClass'>): Access {
  return statedAccess([context.getHandler(), ...classesOf(context.getClass())], isCognitoAuthGuard) ?? REQUIRED
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
export class CognitoAuthGuard implements CanActivate, OnModuleInit {
  readonly #auth: CognitoAuth | undefined
  readonly #modules: ModulesContainer | undefined

  /**
   * @param auth What verifies and decides. @default one configured by the environment
   * @param modules Nest's own; it gives it.
   */
  constructor(
    @Optional() @Inject(CognitoAuth) auth?: CognitoAuth,
    @Optional() @Inject(ModulesContainer) modules?: ModulesContainer,
  ) {
    this.#auth = auth
    this.#modules = modules
    if (modules === undefined) return
    protectGateways(modules, isCognitoAuthGuard, (access) => {
      return async (carrier) => await admit(this.requests(), carrier, access)
    })
  }

  /** @throws {ConfigurationError} where a gateway cannot be protected: the app does not start. */
  onModuleInit(): void {
    if (this.#modules !== undefined) checkGateways(this.#modules, isCognitoAuthGuard)
  }

  /**
   * @returns `true`, or throws.
   * @throws {HttpException} `WsException` in gateways; for RPC an error that says so.
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      const access = accessOf(context)
      if (access.mode === 'public') return true
      const carrier = carrierOf(context)
      remember(context, carrier, await admit(this.requests(), carrier, access))
    } catch (error) {
      throw await refusalOf(error, context)
    }
    return true
  }

  /** Who verifies, and remembers whom. */
  protected requests(): RequestAuth<Carrier> {
    return requestsOf(this.#auth ?? environmentAuth(this.#modules ?? this))
  }
}

function remember(context: ExecutionContext, carrier: Carrier, user: User | null): void {
  const type = context.getType<string>()
  if (type === 'ws') {
    rememberAdmitted(socketOf(context), carrier)
    endAtExpiry(socketOf(context), user)
  } else if (type === 'http') {
    // A courtesy to handlers; nothing of ours reads it. `undefined` removes what others may have put there.
    context.switchToHttp().getRequest<{ user?: User | undefined }>().user = user ?? undefined
  }
}
