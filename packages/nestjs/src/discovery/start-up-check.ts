/**
 * Has an app checked at start even where every guard in it was lost: Nest makes no guard then that could tell.
 *
 * @module
 */

import { Catch, type ExceptionFilter, Inject, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { checkApp, checkInitialised } from './check-app.js'

/** Where Nest's `@UseFilters` keeps its list: `EXCEPTION_FILTERS_METADATA`, which each major exports from another place. */
const FILTERS = '__exceptionFilters__'

/** What is never thrown. */
// eslint-disable-next-line typescript/no-extraneous-class -- what @Catch() compares with must be a class
class Nothing {
  static [Symbol.hasInstance](): boolean {
    return false
  }
}

/** A filter that catches nothing. Nest makes those that are named on a class, of whichever kind it is. */
@Catch(Nothing)
export class StartUpCheck implements ExceptionFilter, OnModuleInit, OnApplicationBootstrap {
  readonly #modules: ModulesContainer

  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    this.#modules = modules
  }

  /** @throws {ConfigurationError} as {@link checkApp} does. */
  onModuleInit(): void {
    checkApp(this.#modules)
  }

  /** @throws {ConfigurationError} as {@link checkInitialised} does. */
  onApplicationBootstrap(): void {
    checkInitialised(this.#modules)
  }

  catch(exception: unknown): never {
    throw exception
  }
}

/** Names the filter on the class of a method; once, and beside what is there. */
export function checkAtStart(prototype: object): void {
  const type: unknown = prototype.constructor
  if (typeof type !== 'function') return
  const known = (Reflect.getMetadata(FILTERS, type) as readonly unknown[] | undefined) ?? []
  if (!known.includes(StartUpCheck)) Reflect.defineMetadata(FILTERS, [StartUpCheck, ...known], type)
}
