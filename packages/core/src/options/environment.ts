/**
 * Options from the environment; the only reader of `COGNITO_AUTH_*`.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'
import { environmentNames, environmentVariable } from '../lib/process-environment.js'
import { isPlainObject, optionError, ownMembers, PLURAL_VARIABLES, VARIABLES } from '../lib/schema.js'
import { nearest } from '../lib/suggest.js'
import { fileSource } from '../config/file-source.js'
import type { ConfigSource } from '../config/config-source.js'
import { secretSource } from '../config/secret-source.js'

/** Every variable that is read. */
export const VARIABLE_NAMES: readonly string[] = [
  ...new Set([
    ...Object.values(VARIABLES).flatMap((names) => names.split(' or ')),
    ...Object.values(PLURAL_VARIABLES),
    'COGNITO_AUTH_DEV_CONFIG',
  ]),
]

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
 * A variable, trimmed.
 *
 * @throws {ConfigurationError} when quotes are part of its value: `docker --env-file` keeps them, shells do not.
 */
function read(name: string): string | undefined {
  const value = environmentVariable(name)?.trim()
  if (value !== undefined && value.length > 1 && /^(["']).*\1$/s.test(value)) {
    throw new ConfigurationError(
      `${name} begins and ends with a quote, which is part of its value: write it without quotes (docker --env-file keeps them)`,
    )
  }
  return value
}

/** A variable; an empty one counts as not set. */
export function variable(name: string): string | undefined {
  return read(name) || undefined
}

function items(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** Whether two lists hold the same, in whatever order. */
function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.every((item) => b.includes(item)) && b.every((item) => a.includes(item))
}

function list(option: string, emptyMeansNobody = false): string[] | undefined {
  const names = [VARIABLES[option], PLURAL_VARIABLES[option]].filter((name) => name !== undefined)
  const lists = names.flatMap((name) => {
    const value = read(name)
    return value === undefined ? [] : [items(value)]
  })
  const written = lists.filter(({ length }) => length > 0)
  const [first = lists[0], second] = written
  if (first === undefined) return undefined
  if (second !== undefined && !isSame(first, second)) {
    throw new ConfigurationError(`${names.join(' and ')} are set to different lists. Unset one of them`)
  }
  // An empty list would either accept no token or, taken as "not set", every one: neither was meant.
  if (first.length === 0 && !emptyMeansNobody) throw optionError(option, 'is empty. Give it a value, or unset it')
  return first
}

/** A list of a variable that has no option of its own; an empty one is an error, as it is of {@link list}. */
function listOf(name: string): string[] | undefined {
  const value = read(name)
  if (value === undefined) return undefined
  const found = items(value)
  if (found.length === 0) throw new ConfigurationError(`${name} is empty. Give it a value, or unset it`)
  return found
}

/**
 * Fills in what the option `bearer` leaves out. Members that are written stay as they are, `undefined` too: that is
 * refused later.
 *
 * @throws {ConfigurationError} for scopes without a client: bearer tokens would stay off, which was not meant.
 */
function bearerWithEnvironment(given: unknown): unknown {
  if (given !== undefined && !isPlainObject(given)) return given
  const clientId = listOf('COGNITO_AUTH_BEARER_CLIENT_IDS')
  const scopes = listOf('COGNITO_AUTH_BEARER_SCOPES')
  if (given === undefined && clientId === undefined) {
    if (scopes === undefined) return undefined
    throw new ConfigurationError(
      'COGNITO_AUTH_BEARER_SCOPES needs COGNITO_AUTH_BEARER_CLIENT_IDS: the app clients whose bearer tokens are accepted',
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

/** A list of which an empty variable opens nothing: it counts as not set. */
function listOrNone(option: string): string[] | undefined {
  const found = list(option, true)
  return found?.length === 0 ? undefined : found
}

function text(option: string): string | undefined {
  return variable(VARIABLES[option] ?? '')
}

function flag(option: string): boolean | undefined {
  const value = text(option)?.toLowerCase()
  if (value === undefined) return undefined
  if (['true', '1', 'yes'].includes(value)) return true
  if (['false', '0', 'no'].includes(value)) return false
  throw optionError(option, 'must be true or false')
}

function number(option: string): number | undefined {
  const value = text(option)
  if (value === undefined) return undefined
  const parsed = Number(value)
  if (!Number.isFinite(parsed) || parsed < 0) throw optionError(option, 'must be a number of seconds, 0 or more')
  return parsed
}

const READERS: Readonly<Record<string, (option: string) => unknown>> = {
  // An empty one is none, which is refused where one is required: dev mode wants none.
  albArn: listOrNone,
  clientId: list,
  userPoolId: list,
  issuer: list,
  region: text,
  albKeysUrl: text,
  groupsClaim: text,
  localAlb: text,
  configTtlSeconds: number,
  configMaxAgeSeconds: number,
  platformAdminGroups: (option) => list(option, true),
  redirectUrl: text,
  devMode: flag,
  cognitoDomain: text,
  logoutUrls: listOrNone,
  signOutPath: text,
  signOutUrl: text,
}

/**
 * Fills in from the environment what `options` leaves out. An option wins over its variable.
 *
 * @throws {ConfigurationError} when a variable that is needed has a value that cannot be meant.
 */
export function withEnvironment<Options extends object>(options: Options): Options {
  const filled = ownMembers(Object.entries(options))
  for (const [option, read] of Object.entries(READERS)) {
    if (filled[option] !== undefined) continue
    const value = read(option)
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
  return flag('devMode') ?? false
}

/** The groups of platform admins that the environment sets; an empty value means no group, a missing one the default. */
export function platformAdminGroupsOfEnvironment(): readonly string[] | undefined {
  return list('platformAdminGroups', true)
}

/**
 * How long a config serves, in seconds, as the environment says.
 *
 * @throws {ConfigurationError} when it says something else than a number of seconds.
 */
export function configTtlOfEnvironment(): number | undefined {
  return number('configTtlSeconds')
}

/**
 * The oldest config that may serve, in seconds, as the environment says.
 *
 * @throws {ConfigurationError} when it says something else than a number of seconds.
 */
export function configMaxAgeOfEnvironment(): number | undefined {
  return number('configMaxAgeSeconds')
}

/**
 * Where the environment says that the authorisation config is.
 *
 * @throws {ConfigurationError} when it does not say.
 */
export function configSource(): ConfigSource {
  const path = variable('COGNITO_AUTH_CONFIG_PATH')
  if (path !== undefined) return fileSource(path)
  const secret = variable('COGNITO_AUTH_SECRET_NAME')
  if (secret !== undefined) return secretSource(secret)
  throw new ConfigurationError(
    'No authorisation config: set COGNITO_AUTH_CONFIG_PATH to a JSON file or COGNITO_AUTH_SECRET_NAME to a Secrets Manager secret, or give the option authoriser (null allows everyone who is signed in)',
  )
}
