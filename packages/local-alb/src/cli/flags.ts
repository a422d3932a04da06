/**
 * The flags of the command, and the options that they and a config file make together.
 *
 * @module
 */

import { parseArgs } from 'node:util'
import { readConfigFile, readUsersFile } from './config-file.js'
import { parseFault } from '../options/faults.js'
import { nearest } from '../options/nearest.js'
import { type LocalAlbOptions, parseOptions, UsageError } from '../options/options.js'
import { LocalAlbError } from '../options/users.js'

const FLAGS = {
  target: { type: 'string' },
  'app-port': { type: 'string' },
  lambda: { type: 'string' },
  'multi-value-headers': { type: 'boolean' },
  'health-path': { type: 'string' },
  timeout: { type: 'string' },
  users: { type: 'string' },
  session: { type: 'string' },
  'access-token': { type: 'string' },
  token: { type: 'string' },
  oidc: { type: 'boolean' },
  issuer: { type: 'string' },
  'groups-claim': { type: 'string' },
  'logout-url': { type: 'string', multiple: true },
  port: { type: 'string' },
  'public-url': { type: 'string' },
  config: { type: 'string' },
  https: { type: 'boolean' },
  at: { type: 'string' },
  'access-log': { type: 'string' },
  quiet: { type: 'boolean' },
  fault: { type: 'string' },
  attack: { type: 'boolean' },
  'attack-path': { type: 'string' },
  'attack-as': { type: 'string' },
  json: { type: 'boolean' },
  'print-env': { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** A person who wrote a flag is told of the flag. */
const FLAG_OF_OPTION = {
  target: '--target',
  command: 'the command after --',
  appPort: '--app-port',
  healthPath: '--health-path',
  timeoutSeconds: '--timeout',
  sessionSeconds: '--session',
  accessTokenSeconds: '--access-token',
  tokenSeconds: '--token',
  'oidc.issuer': '--issuer',
  'oidc.groupsClaim': '--groups-claim',
  logoutUrls: '--logout-url',
  port: '--port',
  publicUrl: '--public-url',
  at: '--at',
} as const

/** Flags as they were given. */
export type Flags = ReturnType<typeof parseFlags>

/**
 * Reads flags, and the command after `--`.
 *
 * @throws {UsageError} naming the flag that is unknown or has no value.
 */
export function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: FLAGS })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1]
    if (unknown === undefined) throw new UsageError(message.replaceAll(/\s+/g, ' '), { cause })
    const guess = nearest(unknown, Object.keys(FLAGS))
    throw new UsageError(`Unknown option '${unknown}'. Did you mean '--${guess}'? All of them: --help`, { cause })
  }
}

function number(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value)
  throw new UsageError(`--${name} must be a whole number`)
}

/** What a config file says, but for the app where flags name one: two apps cannot be meant. */
function withoutApp({
  target: _target,
  command: _command,
  lambda: _lambda,
  ...rest
}: LocalAlbOptions): LocalAlbOptions {
  return rest
}

async function read({ values, positionals }: Flags): Promise<LocalAlbOptions> {
  const config = values.config === undefined ? {} : await readConfigFile(values.config)
  const { issuer, 'groups-claim': groupsClaim } = values
  const hasOidc = values.oidc === true || issuer !== undefined || groupsClaim !== undefined
  const hasApp = values.target !== undefined || values.lambda !== undefined || positionals.length > 0
  const flags = {
    target: values.target,
    appPort: number(values['app-port'], 'app-port'),
    lambdaMultiValueHeaders: values['multi-value-headers'],
    healthPath: values['health-path'],
    timeoutSeconds: number(values.timeout, 'timeout'),
    users: values.users === undefined ? undefined : readUsersFile(values.users),
    sessionSeconds: number(values.session, 'session'),
    accessTokenSeconds: number(values['access-token'], 'access-token'),
    tokenSeconds: number(values.token, 'token'),
    oidc: hasOidc
      ? { ...config.oidc, ...(issuer !== undefined && { issuer }), ...(groupsClaim !== undefined && { groupsClaim }) }
      : undefined,
    logoutUrls: values['logout-url'],
    port: number(values.port, 'port'),
    publicUrl: values['public-url'],
    https: values.https,
    at: values.at,
    fault: values.fault === undefined ? undefined : parseFault(values.fault),
    command: positionals.length > 0 ? positionals : undefined,
  }
  const given = parseOptions(flags, '', FLAG_OF_OPTION)
  return { ...(hasApp ? withoutApp(config) : config), ...given }
}

/**
 * Options from flags and the config file; flags win.
 *
 * @throws {UsageError} when one of them is wrong.
 */
export async function readOptions(flags: Flags): Promise<LocalAlbOptions> {
  try {
    return await read(flags)
  } catch (cause) {
    if (!(cause instanceof LocalAlbError)) throw cause
    throw new UsageError(cause.message, { cause })
  }
}
