/**
 * Everything that is checked at start: an app that would be open somewhere without a word does not start.
 *
 * @module
 */

import type { ModulesContainer } from '@nestjs/core'
import { checkDoubles } from './graphql/doubles.js'
import { checkGateways } from './gateways.js'
import { hasGlobalGuard } from './global-guard.js'
import { checkLost } from './lost.js'
import { checkMadeHandlers } from './made-handlers.js'
import { warnOfMessages } from './messages.js'
import { checkModuleClasses, warnOfServices } from './no-handlers.js'
import { watchPerRequest } from './per-request.js'
import { checkPlainFields } from './graphql/plain-fields.js'
import { refuseRequestScope } from './request-scope.js'
import { checkSchemas, checkUnguarded } from './graphql/unguarded.js'

/** Each guard of an app asks, and the module: once is enough. */
const checked = new WeakSet<ModulesContainer>()
const schemasChecked = new WeakSet<ModulesContainer>()

/** @throws {ConfigurationError} naming what would be open, and what to write. */
export function checkApp(modules: ModulesContainer): void {
  if (checked.has(modules)) return
  refuseRequestScope(modules)
  checkGateways(modules)
  checkLost(modules)
  checkUnguarded(modules)
  checkModuleClasses(modules)
  checkMadeHandlers(modules)
  checkDoubles(modules)
  watchPerRequest(modules, hasGlobalGuard(modules))
  warnOfMessages(modules)
  warnOfServices(modules)
  checked.add(modules)
}

/**
 * What is known once all modules are initialised: GraphQL builds its schema while they are.
 *
 * @throws {ConfigurationError} as {@link checkApp} does.
 */
export function checkInitialised(modules: ModulesContainer): void {
  if (schemasChecked.has(modules)) return
  checkSchemas(modules)
  checkPlainFields(modules)
  schemasChecked.add(modules)
}
