/**
 * Options from the environment.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'
import { environmentNames } from '../lib/process/process-environment.js'
import { isPlainObject, ownMembers } from '../lib/schema.js'
import { nearest } from '../lib/text/suggest.js'
import type { Option } from './option.js'
import { BEARER, OPTIONS, VARIABLE_NAMES } from './table.js'

/** Kubernetes makes these names of a Service called `cognito-auth` or `cognito-auth-…`, for every pod beside it. */
const OF_A_KUBERNETES_SERVICE = /_(?:SERVICE_HOST|SERVICE_PORT.*|PORT|PORT_.*)$/

/** Variables that begin as ours do and that nothing reads; each with the nearest one that is read. */
export function unknownVariables(names: readonly string[]): { name: string; nearest: string }[] {
  return names
    .filter((name) => /^COGNITO_AUTH_/i.test(name) && !isKnown(name) && !OF_A_KUBERNETES_SERVICE.test(name))
    .map((name) => ({ name, nearest: nearest(name, VARIABLE_NAMES) }))
}

/** Windows takes names in any letter case; everywhere else a variable in lower case is another one, which is not read. */
function isKnown(name: string): boolean {
  return VARIABLE_NAMES.includes(process.platform === 'win32' ? name.toUpperCase() : name)
}

/**
 * Refuses variables that nothing reads: `COGNITO_AUTH_CLIENTID` must not widen who is accepted.
 *
 * @throws {ConfigurationError} naming the first of them, and the nearest one that is read.
 */
export function refuseUnknownVariables(): void {
  const [unknown] = unknownVariables(environmentNames())
  if (unknown === undefined) return
  throw new ConfigurationError(`Unknown variable '${unknown.name}'. Did you mean '${unknown.nearest}'?`)
}

/**
 * Fills in what the option `bearer` leaves out. Members that are written stay as they are, `undefined` too: that is
 * refused later.
 *
 * @throws {ConfigurationError} for scopes without a client: bearer tokens would stay off, which was not meant.
 */
function bearerWithEnvironment(given: unknown): unknown {
  if (given !== undefined && !isPlainObject(given)) return given
  const read = (member: 'clientId' | 'scopes'): string[] | undefined =>
    given !== undefined && Object.hasOwn(given, member)
      ? undefined
      : BEARER[member].read(`bearer.${member}`, BEARER[member])
  const clientId = read('clientId')
  const scopes = read('scopes')
  if (given === undefined && clientId === undefined) {
    if (scopes === undefined) return undefined
    throw new ConfigurationError(
      `bearer.scopes: ${BEARER.scopes.variable} needs ${BEARER.clientId.variable} (bearer.clientId): the app clients whose bearer tokens are accepted`,
    )
  }
  return { ...(clientId && { clientId }), ...(scopes && { scopes }), ...given }
}

/**
 * Whose bearer tokens the environment accepts, and the scopes that they must have.
 *
 * @returns `undefined` where it accepts none.
 * @throws {ConfigurationError} for scopes without a client, or an empty variable.
 */
export function bearerOfEnvironment(): { clientIds: readonly string[]; scopes: readonly string[] } | undefined {
  const found = bearerWithEnvironment(undefined) as { clientId: string[]; scopes?: string[] } | undefined
  return found && { clientIds: found.clientId, scopes: found.scopes ?? [] }
}

/**
 * Fills in from the environment what `options` leaves out. An option wins over its variable.
 *
 * @throws {ConfigurationError} when a variable that is needed has a value that cannot be meant.
 */
export function withEnvironment<Options extends object>(options: Options): Options {
  const filled = ownMembers(Object.entries(options))
  for (const [option, row] of Object.entries<Option>(OPTIONS)) {
    if (filled[option] !== undefined) continue
    const value = row.read?.(option, row)
    if (value !== undefined) filled[option] = value
  }
  const bearer = bearerWithEnvironment(filled['bearer'])
  if (bearer !== undefined) filled['bearer'] = bearer
  return filled as Options
}

/**
 * Whether the environment asks for dev mode.
 *
 * @throws {ConfigurationError} when its value is neither yes nor no.
 */
export function devModeOfEnvironment(): boolean {
  return OPTIONS.devMode.read('devMode', OPTIONS.devMode) ?? false
}

/** The groups of platform admins that the environment sets; an empty value means no group, a missing one the default. */
export function platformAdminGroupsOfEnvironment(): readonly string[] | undefined {
  return OPTIONS.platformAdminGroups.read('platformAdminGroups', OPTIONS.platformAdminGroups)
}

/**
 * The claim that groups come from, as the environment says.
 *
 * @returns `undefined` where they come from the access token.
 * @throws {ConfigurationError} when quotes are part of it.
 */
export function groupsClaimOfEnvironment(): string | undefined {
  return OPTIONS.groupsClaim.read('groupsClaim', OPTIONS.groupsClaim)
}

/**
 * How long a config serves, in seconds, as the environment says.
 *
 * @throws {ConfigurationError} when it says something else than a number of seconds.
 */
export function configTtlOfEnvironment(): number | undefined {
  return OPTIONS.configTtlSeconds.read('configTtlSeconds', OPTIONS.configTtlSeconds)
}

/**
 * The oldest config that may serve, in seconds, as the environment says.
 *
 * @throws {ConfigurationError} when it says something else than a number of seconds.
 */
export function configMaxAgeOfEnvironment(): number | undefined {
  return OPTIONS.configMaxAgeSeconds.read('configMaxAgeSeconds', OPTIONS.configMaxAgeSeconds)
}
