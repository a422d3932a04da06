/**
 * What a function asks of its user besides the rules of the app.
 *
 * @module
 */

import { type CognitoAuth, ConfigurationError, type User } from '@cognito-auth/core'
import { checkGroups, checkScopes, refuseUnknown, type RequestUsers } from '@cognito-auth/core/adapter'
import type { AlbEvent } from './event.js'

/** What `withUser()` asks besides; all of it must hold. A member that is written and `undefined` is a mistake. */
export interface Demands {
  /** A member of at least one of these groups. @default no group */
  readonly groups?: readonly string[]
  /** An app admin or platform admin. @default false */
  readonly admin?: boolean
  /** Every one of these scopes in the access token: that of a session, or a bearer token. @default no scope */
  readonly scopes?: readonly string[]
}

/** Asks for the user of an event. */
export type Ask = (event: AlbEvent) => Promise<User>

/**
 * Makes the question for a user of whom something is asked.
 *
 * @throws {ConfigurationError} when a member is unknown, `undefined`, empty or of another type: what is written must be
 * asked.
 */
export function createAsk(auth: CognitoAuth, requests: RequestUsers<AlbEvent>, demands: Demands): Ask {
  refuseUnknown(demands, ['groups', 'admin', 'scopes'], 'withUser()')
  const { admin = false } = demands
  if ('admin' in demands && typeof demands.admin !== 'boolean') {
    throw new ConfigurationError('admin must be a boolean')
  }
  for (const name of ['groups', 'scopes'] as const) {
    if (name in demands && !Array.isArray(demands[name]))
      throw new ConfigurationError(`${name} must be a list of strings`)
  }
  const groups = demands.groups === undefined ? undefined : checkGroups(demands.groups)
  const scopes = demands.scopes === undefined ? undefined : checkScopes(demands.scopes, auth, 'scopes')
  return async (event) => {
    const user = await requests.requireUser(event)
    if (groups !== undefined) await requests.requireGroups(event, groups)
    if (scopes !== undefined) await requests.requireScopes(event, scopes)
    if (admin) await requests.requireAdmin(event)
    return user
  }
}
