/**
 * What both parts need of a `CognitoAuth`.
 *
 * @module
 */

import { type CognitoAuth, ConfigurationError } from '@cognito-auth/core'
import { isCognitoAuth } from '@cognito-auth/core/adapter'

/**
 * Checks that bearer tokens are accepted.
 *
 * @throws {ConfigurationError} when it is no `CognitoAuth`, or has no `bearer`: every token would be rejected.
 */
export function requireBearer(auth: CognitoAuth, where: string): void {
  if (!isCognitoAuth(auth)) throw new ConfigurationError(`${where} takes a CognitoAuth first`)
  if (auth.acceptsBearer) return
  throw new ConfigurationError(
    `${where} needs the option bearer (COGNITO_AUTH_BEARER_CLIENT_IDS): the app clients whose tokens are accepted`,
  )
}
