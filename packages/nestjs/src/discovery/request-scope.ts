/**
 * Refuses options that are made for each request: all that depends on them is so, then, and nothing of the module runs
 * at start: neither its checks, nor what `everything` and `signOutPath` put before handlers. Newer releases of Nest
 * refuse a filter that is given such things.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ModulesContainer } from '@nestjs/core'
import { MODULE_AUTH } from '../requests.js'

/** @throws {ConfigurationError} where the options of the module depend on a provider of `Scope.REQUEST`. */
export function refuseRequestScope(modules: ModulesContainer): void {
  const made = [...modules.values()].map(({ providers }) => providers.get(MODULE_AUTH))
  if (made.every((wrapper) => wrapper?.isDependencyTreeStatic() ?? true)) return
  throw new ConfigurationError(
    'forRootAsync() was given a provider that is made for each request (Scope.REQUEST, REQUEST): one CognitoAuth serves all requests. Inject what is made once, and write a guard of your own for what depends on the request',
  )
}
