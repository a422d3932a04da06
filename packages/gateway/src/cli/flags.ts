/**
 * The flags of the command: the options, in kebab case.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ConfigurationError } from '@cognito-auth/core'
import { COGNITO_AUTH_OPTIONS, nearest } from '@cognito-auth/core/adapter'
import { IDENTITY_FIELDS, type IdentityField } from '../identity/header-names.js'
import type { GatewayOptions } from '../options/options.js'

/** An unknown flag or argument. The command ends with exit code 2. */
export class UsageError extends Error {}

/** How the value of a flag is read. */
type Kind = 'text' | 'texts' | 'paths' | 'number' | 'boolean'

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Options of `CognitoAuth` whose value is no single text. Functions and objects have no flag. */
const KINDS: Readonly<Record<string, Kind | 'none'>> = {
  albArn: 'texts',
  clientId: 'texts',
  userPoolId: 'texts',
  issuer: 'texts',
  platformAdminGroups: 'texts',
  logoutUrls: 'texts',
  allowAnyAlb: 'boolean',
  devMode: 'boolean',
  configTtlSeconds: 'number',
  configMaxAgeSeconds: 'number',
  clockToleranceSeconds: 'number',
  keyTtlSeconds: 'number',
  tokenCacheSize: 'number',
  tokenCacheBytes: 'number',
  fetch: 'none',
  bearer: 'none',
}

/** Options by flag, without `--`. */
const OPTIONS: Readonly<Record<string, { readonly option: string; readonly kind: Kind }>> = Object.fromEntries(
  [
    ...COGNITO_AUTH_OPTIONS.map((option) => ({ option, kind: KINDS[option] ?? 'text' })),
    ...['upstream', 'listen'].map((option) => ({ option, kind: 'text' })),
    ...['verifyOnly', 'passTokens', 'accessLog'].map((option) => ({ option, kind: 'boolean' })),
    ...['timeoutSeconds', 'drainSeconds'].map((option) => ({ option, kind: 'number' })),
    { option: 'bypass', kind: 'paths' },
    { option: 'identity', kind: 'text' },
  ]
    .filter((one): one is { option: string; kind: Kind } => one.kind !== 'none')
    .map((one) => [kebab(one.option), one]),
)
const IDENTITY_FLAGS = IDENTITY_FIELDS.map((field) => `identity-${field}`)
const ASSERTION_FLAGS = ['assertion-audience', 'assertion-issuer', 'assertion-name', 'assertion-key-file']
const COMMANDS = ['help', 'version']

/** Names of all flags, without `--`. */
export const FLAGS: readonly string[] = [...Object.keys(OPTIONS), ...IDENTITY_FLAGS, ...ASSERTION_FLAGS, ...COMMANDS]

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>

/** What was asked for. */
export type Asked = 'help' | 'version' | GatewayOptions

function configOf(flag: string): { type: 'string' | 'boolean'; multiple?: true; short?: string } {
  if (flag === 'help') return { type: 'boolean', short: 'h' }
  if (flag === 'version') return { type: 'boolean' }
  const kind = OPTIONS[flag]?.kind
  if (kind === 'boolean') return { type: 'boolean' }
  return kind === 'texts' || kind === 'paths' ? { type: 'string', multiple: true } : { type: 'string' }
}

function parse(argv: readonly string[]) {
  try {
    const options = Object.fromEntries(FLAGS.map((flag) => [flag, configOf(flag)]))
    return parseArgs({ args: [...argv], allowPositionals: true, tokens: true, options })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause)
    const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1]
    if (unknown === undefined) throw new ConfigurationError(message, { cause })
    throw new UsageError(`Unknown option '${unknown}'. Did you mean '--${nearest(unknown, FLAGS)}'?`, { cause })
  }
}

function read(flag: string, kind: Kind, value: Values[string]): unknown {
  if (kind === 'boolean') return value
  // Commas as in the environment variables; a path may have one.
  if (kind === 'texts') return [value ?? []].flat().flatMap((one) => String(one).split(','))
  if (kind === 'number') {
    if (/^\d+(?:\.\d+)?$/.test(String(value))) return Number(value)
    throw new ConfigurationError(`--${flag} must be a number`)
  }
  if (flag === 'authoriser') {
    if (value === 'null') return null
    throw new ConfigurationError(
      '--authoriser can only be null, which allows everyone who is signed in; rules come from COGNITO_AUTH_CONFIG_PATH or COGNITO_AUTH_SECRET_NAME',
    )
  }
  if (flag === 'error-page') {
    if (value === 'false') return false
    throw new ConfigurationError('--error-page can only be false; pages of your own need startGateway()')
  }
  return value
}

function readFileOf(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    throw new ConfigurationError(`--${flag} ${path} cannot be read (${code})`, { cause })
  }
}

function identityOf(values: Values): unknown {
  const own = IDENTITY_FIELDS.flatMap((field): [IdentityField, unknown][] => {
    const value = values[`identity-${field}`]
    return value === undefined ? [] : [[field, value]]
  })
  if (own.length === 0) return undefined
  if (values['identity'] !== undefined)
    throw new ConfigurationError(`--identity and --identity-${own[0]?.[0]} cannot be used together`)
  return Object.fromEntries(own)
}

function assertionOf(values: Values): Record<string, unknown> | undefined {
  const keyFile = values['assertion-key-file']
  const given = {
    audience: values['assertion-audience'],
    issuer: values['assertion-issuer'],
    name: values['assertion-name'],
    privateKey: typeof keyFile === 'string' ? readFileOf('assertion-key-file', keyFile) : undefined,
  }
  const written = Object.entries(given).filter(([, value]) => value !== undefined)
  return written.length === 0 ? undefined : Object.fromEntries(written)
}

/**
 * Reads the flags, and the command after `--`.
 *
 * @throws {UsageError} for an unknown flag or argument.
 * @throws {ConfigurationError} for a value that is wrong.
 */
export function readFlags(argv: readonly string[]): Asked {
  const { values, positionals, tokens } = parse(argv)
  if (values['help'] === true) return 'help'
  if (values['version'] === true) return 'version'
  const end = tokens.find(({ kind }) => kind === 'option-terminator')?.index ?? argv.length
  const stray = tokens.find(({ kind, index }) => kind === 'positional' && index < end)
  if (stray?.kind === 'positional')
    throw new UsageError(`Unknown argument '${stray.value}'. The command of the app comes after --`)
  const options: Record<string, unknown> = {}
  for (const [flag, { option, kind }] of Object.entries(OPTIONS))
    if (values[flag] !== undefined) options[option] = read(flag, kind, values[flag])
  const [identity, assertion] = [identityOf(values), assertionOf(values)]
  if (identity !== undefined) options['identity'] = identity
  if (assertion !== undefined) options['assertion'] = assertion
  if (positionals.length > 0) options['command'] = positionals
  return options as GatewayOptions
}
