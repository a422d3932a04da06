/**
 * Whether anything in an app uses the guard.
 *
 * @module
 */

import type { ModulesContainer } from '@nestjs/core'
import { ownAccess } from '../access/access.js'
import { isOurGuard } from '../access/brand.js'
import { classesOf, methodsOf } from '../access/stated.js'
import { dependenciesOf, hasGlobalGuard } from './global-guard.js'
import { classesIn } from './handlers.js'

function asks(target: object): boolean {
  const access = ownAccess(target)
  return access !== undefined && access.mode !== 'public'
}

/** Whether a class is given the guard by Nest: a guard of the app's own that asks ours, too. */
function isInjected(modules: ModulesContainer): boolean {
  return [...modules.values()]
    .flatMap((module) => [...module.providers.values(), ...module.controllers.values(), ...module.injectables.values()])
    .some((wrapper) => dependenciesOf(wrapper).some(isOurGuard))
}

/** Whether a handler, a class, the whole app or a guard of its own uses the guard. */
export function isGuardUsed(modules: ModulesContainer): boolean {
  if (hasGlobalGuard(modules) || isInjected(modules)) return true
  return classesIn(modules).some(({ type }) => [...classesOf(type), ...methodsOf(type).values()].some(asks))
}
