/**
 * The guard for the whole app, replaceable in tests by `overrideGuard` as well as by `overrideProvider`.
 *
 * @module
 */

import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnModuleInit,
  UseGuards,
} from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { markAsOurGuard } from './access/brand.js'
import { checkAllGateways } from './discovery/gateways.js'
import { release } from './front/hold.js'
import { CognitoAuthGuard } from './guard.js'
import { nodeRequestOf } from './transports/request-of.js'

/** What answers from here on is a handler, or a filter for what the guard throws. */
function releaseRequest(context: ExecutionContext): void {
  const request = nodeRequestOf(context.switchToHttp().getRequest<unknown>())
  if (request !== undefined) release(request)
}

/** Passes on to {@link CognitoAuthGuard}. `@UseGuards` makes Nest keep one that `overrideGuard` replaces. */
@UseGuards(CognitoAuthGuard)
@Injectable()
export class AppGuard implements CanActivate, OnModuleInit {
  static {
    markAsOurGuard(this)
  }

  readonly #modules: ModulesContainer
  #guard: CanActivate | undefined

  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    this.#modules = modules
  }

  /** @throws {ConfigurationError} where a gateway does not say what it asks: the app does not start. */
  onModuleInit(): void {
    checkAllGateways(this.#modules)
  }

  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    if (context.getType() === 'http') releaseRequest(context)
    this.#guard ??= this.#findGuard()
    return this.#guard.canActivate(context)
  }

  #findGuard(): CanActivate {
    const home = [...this.#modules.values()].find((module) => module.providers.get(AppGuard)?.instance === this)
    const found = [home?.injectables, home?.providers].map(
      (collection) => collection?.get(CognitoAuthGuard)?.instance as CanActivate | undefined,
    )
    const guards = found.filter((guard) => guard !== undefined)
    const replacement = guards.find((guard) => guard.constructor !== CognitoAuthGuard)
    const guard = replacement ?? guards[0]
    if (guard === undefined) throw new Error('CognitoAuthModule has lost its guard')
    return guard
  }
}
