/**
 * Whose bearer tokens are accepted, and what they must be for.
 *
 * @module
 */

import { ConfigurationError } from '../../errors.js'
import { checkMembers, isPlainObject, refuseUnknown } from '../../lib/schema.js'
import { checkScopes } from '../../lib/text/scopes.js'
import { optionName } from '../../options/names.js'
import { nameWithVariable, type Option } from '../../options/option.js'
import { BEARER, bearerEntries } from '../../options/table.js'

/** Bearer tokens: Cognito access tokens in `Authorization`, of programs and of people who use them (RFC 6750). */
export interface BearerOptions {
  /** App client(s) whose tokens are accepted. Required: never taken from the option `clientId`. */
  readonly clientId: string | readonly string[]
  /** Scopes that a token must have, each of them. @default none */
  readonly scopes?: string | readonly string[]
  /** What must be in "aud", one of them. @default not looked at: Cognito writes "aud" with resource binding only */
  readonly audience?: string | readonly string[]
}

/** What a bearer token must match. */
export interface BearerPolicy {
  readonly clientIds: ReadonlySet<string>
  readonly scopes: readonly string[]
  readonly audiences: ReadonlySet<string> | undefined
}

function memberName(member: string, place?: string): string {
  const rows: Readonly<Record<string, Option>> = BEARER
  return nameWithVariable(`bearer.${member}`, Object.hasOwn(rows, member) ? rows[member] : undefined, place)
}

/**
 * Checks the option `bearer`.
 *
 * @throws {ConfigurationError} when a member is unknown, wrong, or written and `undefined`, and without `clientId`, as every
 * client of the user pool would be accepted then.
 */
export function parseBearer(given: unknown): BearerPolicy | undefined {
  if (given === undefined) return undefined
  if (!isPlainObject(given)) throw new ConfigurationError(`${optionName('bearer')} must be an object: { clientId }`)
  refuseUnknown(given, Object.keys(bearerEntries), 'bearer')
  for (const [member, value] of Object.entries(given)) {
    if (value !== undefined) continue
    throw new ConfigurationError(`${memberName(member)} is undefined. Give it a value, or leave it out`)
  }
  if (!Object.hasOwn(given, 'clientId')) {
    throw new ConfigurationError(
      `${memberName('clientId')} is required: the app clients whose bearer tokens are accepted`,
    )
  }
  const { clientId, scopes, audience } = checkMembers(bearerEntries, given, memberName)
  return {
    clientIds: new Set(clientId),
    scopes: scopes === undefined ? [] : checkScopes(scopes, memberName('scopes')),
    audiences: audience && new Set(audience),
  }
}
