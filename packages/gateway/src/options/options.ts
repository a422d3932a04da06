/**
 * Options of the gateway: those of `CognitoAuth`, and its own.
 *
 * @module
 */

import { type CognitoAuth, type CognitoAuthOptions, ConfigurationError } from '@cognito-auth/core'
import { createAuth, createBypass, isNormalPath, normalisePath, refuseUnknown } from '@cognito-auth/core/adapter'
import { isOwnAddress, type ListenAddress, parseListen, parseUpstream } from './addresses.js'
import type { AssertionOptions } from '../identity/assertion.js'
import {
  ASSERTION_HEADER,
  type HeaderPlan,
  IDENTITY_FIELDS,
  type IdentityNames,
  type IdentityPreset,
  planHeaders,
} from '../identity/header-names.js'
import { isOwnPath, OWN_PATH } from '../http/own-paths.js'

/** What the gateway does besides verifying. */
export interface OwnOptions {
  /** URL of the app: http on a loopback address or a private name, https elsewhere; without a path. */
  readonly upstream?: string | undefined
  /** Command of the app, which is started with a free port of 127.0.0.1 in `PORT` and `{port}`. Instead of `upstream`. */
  readonly command?: readonly string[] | undefined
  /** Only answers whether a request may pass: for nginx, Caddy, Traefik, Envoy and HAProxy. No `upstream` then. @default false */
  readonly verifyOnly?: boolean | undefined
  /** Where to listen. @default '0.0.0.0:8080'; '127.0.0.1:4180' with `verifyOnly` */
  readonly listen?: string | undefined
  /** Exact paths that need no tokens. @default none */
  readonly bypass?: readonly string[] | undefined
  /** Names of the identity headers: a preset, or your own. @default 'auth-request' */
  readonly identity?: IdentityPreset | IdentityNames | undefined
  /** A signed assertion beside the identity headers, for apps that verify it. @default none */
  readonly assertion?: AssertionOptions | undefined
  /** Whether the app gets the load balancer's own tokens too. @default false */
  readonly passTokens?: boolean | undefined
  /** How long the app may take to begin its answer, in seconds; 0 for ever. @default 60 */
  readonly timeoutSeconds?: number | undefined
  /** How long requests under way may take to end when the gateway is stopped, in seconds. @default 20 */
  readonly drainSeconds?: number | undefined
  /** Whether each request is a line of JSON on standard output. @default false */
  readonly accessLog?: boolean | undefined
}

/** Options of {@link startGateway}. An option wins over its environment variable. */
export interface GatewayOptions extends CognitoAuthOptions, OwnOptions {}

/** Names of the gateway's own options. */
export const OWN_OPTIONS = [
  'upstream',
  'command',
  'verifyOnly',
  'listen',
  'bypass',
  'identity',
  'assertion',
  'passTokens',
  'timeoutSeconds',
  'drainSeconds',
  'accessLog',
] as const satisfies readonly (keyof OwnOptions)[]

const ASSERTION_OPTIONS = ['audience', 'issuer', 'name', 'privateKey']
/** What concerns the app, of which there is none where requests are only verified. */
const OF_THE_APP = ['upstream', 'command', 'bypass', 'passTokens', 'timeoutSeconds'] as const
/** Answers to people, which a proxy would make a 500 of. */
const OF_PEOPLE = ['redirectUrl', 'errorPage', 'signOutPath'] as const

const DEFAULT_LISTEN = '0.0.0.0:8080'
const DEFAULT_VERIFY_LISTEN = '127.0.0.1:4180'
const DEFAULT_TIMEOUT_SECONDS = 60
const DEFAULT_DRAIN_SECONDS = 20
/** The longest timer of Node. */
const MOST_SECONDS = 2_147_483

/** Options as they are used. */
export interface Settings {
  readonly auth: CognitoAuth
  /** Where the app is, or how it is started; `undefined` with `verifyOnly`. */
  readonly app: { readonly upstream: URL | undefined; readonly command: readonly string[] | undefined } | undefined
  readonly listen: ListenAddress
  isBypassed(path: string): boolean
  readonly headers: HeaderPlan
  readonly assertion: AssertionOptions | undefined
  readonly passTokens: boolean
  readonly timeoutSeconds: number
  readonly drainSeconds: number
  readonly accessLog: boolean
}

function flag(value: unknown, name: string): boolean {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw new ConfigurationError(`${name} must be true or false`)
  return value
}

function seconds(value: unknown, name: string, otherwise: number): number {
  if (value === undefined) return otherwise
  if (typeof value === 'number' && value >= 0 && value <= MOST_SECONDS) return value
  throw new ConfigurationError(`${name} must be a number of seconds, 0 to ${MOST_SECONDS}`)
}

function isExactPath(path: unknown): path is string {
  return typeof path === 'string' && !/[?*]/.test(path) && isNormalPath(path)
}

function checkBypass(bypass: unknown, auth: CognitoAuth): (path: string) => boolean {
  if (bypass === undefined) return () => false
  // Not the words of `createBypass`, which takes all below a folder, too.
  if (!Array.isArray(bypass) || ![...(bypass as readonly unknown[])].every(isExactPath))
    throw new ConfigurationError(
      'bypass must be a list of exact paths that begin with /, percent-encoded where needed, without query, dot segments or wildcards',
    )
  if (bypass.some((path) => isOwnPath(normalisePath(String(path)))))
    throw new ConfigurationError(`bypass: ${OWN_PATH} belongs to the gateway, and needs no bypass`)
  const isListed = createBypass<undefined>(bypass, auth)
  return (path) => isListed(undefined, path)
}

function checkAssertion(assertion: unknown): AssertionOptions | undefined {
  if (assertion === undefined) return undefined
  if (typeof assertion !== 'object' || assertion === null)
    throw new ConfigurationError('assertion must be an object, such as { audience: "my-app" }')
  refuseUnknown(assertion, ASSERTION_OPTIONS, 'assertion')
  for (const [name, value] of Object.entries(assertion))
    if (typeof value !== 'string' || value === '')
      throw new ConfigurationError(`assertion.${name} must be a string that is not empty`)
  if (!Object.hasOwn(assertion, 'audience'))
    throw new ConfigurationError('assertion.audience is required: the app that the assertion is for')
  return assertion as AssertionOptions
}

function checkApp({ upstream, command, verifyOnly }: Partial<OwnOptions>): Settings['app'] {
  if (verifyOnly === true) return undefined
  if (upstream !== undefined && command !== undefined)
    throw new ConfigurationError('upstream and command cannot be used together: there is one app')
  // Both are written: one that is not would be read of a polluted `Object.prototype`.
  if (upstream !== undefined) return { upstream: parseUpstream(upstream), command: undefined }
  if (command === undefined)
    throw new ConfigurationError(
      'upstream is required: the URL of the app (--upstream), its command (after --), or verifyOnly (--verify-only)',
    )
  const parts: readonly unknown[] = Array.isArray(command) ? command : []
  if (parts.length === 0 || parts.some((part) => typeof part !== 'string') || parts[0] === '')
    throw new ConfigurationError('command must be a list of strings: the program, and its arguments')
  return { upstream: undefined, command }
}

function refuseWithVerifyOnly(given: object): void {
  for (const name of [...OF_THE_APP, ...OF_PEOPLE])
    if ((given as Record<string, unknown>)[name] !== undefined)
      throw new ConfigurationError(`verifyOnly and ${name} cannot be used together`)
}

/**
 * Checks the options.
 *
 * @throws {ConfigurationError} naming the one that is unknown or wrong, and what to write.
 */
export function parseOptions(given: GatewayOptions): Settings {
  const { auth, own } = createAuth<OwnOptions>(given, OWN_OPTIONS)
  const isVerifyOnly = flag(own.verifyOnly, 'verifyOnly')
  if (isVerifyOnly) refuseWithVerifyOnly(given)
  if (auth.signOutPath !== undefined && isOwnPath(normalisePath(auth.signOutPath)))
    throw new ConfigurationError(`signOutPath must not be below ${OWN_PATH}, which belongs to the gateway`)
  if (typeof own.identity === 'object' && own.identity !== null)
    refuseUnknown(own.identity, IDENTITY_FIELDS, 'identity')
  const assertion = checkAssertion(own.assertion)
  const app = checkApp(own)
  const listen = parseListen(own.listen ?? (isVerifyOnly ? DEFAULT_VERIFY_LISTEN : DEFAULT_LISTEN))
  if (app?.upstream !== undefined && isOwnAddress(app.upstream, listen))
    throw new ConfigurationError('upstream is where the gateway listens itself: give the address of the app')
  return {
    auth,
    app,
    listen,
    isBypassed: checkBypass(own.bypass, auth),
    headers: planHeaders(own.identity, assertion && (assertion.name ?? ASSERTION_HEADER)),
    assertion,
    passTokens: flag(own.passTokens, 'passTokens'),
    timeoutSeconds: seconds(own.timeoutSeconds, 'timeoutSeconds', DEFAULT_TIMEOUT_SECONDS),
    drainSeconds: seconds(own.drainSeconds, 'drainSeconds', DEFAULT_DRAIN_SECONDS),
    accessLog: flag(own.accessLog, 'accessLog'),
  }
}
