/**
 * Options from the environment; the only reader of `COGNITO_AUTH_*`.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'
import { optionError, VARIABLES } from '../lib/schema.js'
import { fileSource } from '../config/file-source.js'
import type { ConfigSource } from '../config/config-source.js'
import { secretSource } from '../config/secret-source.js'

/** Every variable that is read. */
export const VARIABLE_NAMES: readonly string[] = [
  ...Object.values(VARIABLES).flatMap((names) => names.split(' or ')),
  'COGNITO_AUTH_DEV_CONFIG',
]

/** A variable; an empty one counts as not set. */
export function variable(name: string): string | undefined {
  const value = process.env[name]
  return value === undefined || value.trim() === '' ? undefined : value.trim()
}

function list(option: string, emptyMeansNobody = false): string[] | undefined {
  const value = process.env[VARIABLES[option] ?? '']
  if (value === undefined) return undefined
  const items = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
  // An empty list would either accept nobody or, taken as "not set", everybody: neither was meant.
  if (items.length === 0 && !emptyMeansNobody) throw optionError(option, 'is empty. Give it a value, or unset it')
  return items
}

/** A list of which an empty variable opens nothing: it counts as not set. */
function listOrNone(option: string): string[] | undefined {
  const items = list(option, true)
  return items?.length === 0 ? undefined : items
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
  platformAdminGroups: (option) => list(option, true),
  redirectUrl: text,
  devMode: flag,
  cognitoDomain: text,
  logoutUrls: listOrNone,
}

/**
 * Fills in from the environment what `options` leaves out. An option wins over its variable.
 *
 * @throws {ConfigurationError} when a variable that is needed has a value that cannot be meant.
 */
export function withEnvironment<Options extends object>(options: Options): Options {
  const filled = { ...options } as Record<string, unknown>
  for (const [option, read] of Object.entries(READERS)) {
    if (filled[option] !== undefined) continue
    const value = read(option)
    if (value !== undefined) filled[option] = value
  }
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

/** The groups of platform admins that the environment sets; an empty value means nobody, a missing one the default. */
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
    'Who may come in is not configured: set COGNITO_AUTH_CONFIG_PATH to a JSON file or COGNITO_AUTH_SECRET_NAME to a Secrets Manager secret, or give the option authoriser (null lets in everybody who is signed in)',
  )
}
