/**
 * What `CognitoAuth` is told, by its options and by the environment.
 *
 * @module
 */

import { Authoriser } from './authoriser.js'
import type { ErrorPage } from './error-page.js'
import { refuseUnknown } from './lib/schema.js'
import { refuseUnknownVariables, withEnvironment } from './options/environment.js'
import { optionError, optionName, parseOptions } from './options/names.js'
import { authEntries } from './options/table.js'
import { requireTlsVerification } from './options/tls-verification.js'
import { refuseUndefined, type TokenVerifierOptions } from './verifier/policy/options.js'

/** Options of `CognitoAuth`. An option wins over its environment variable. */
export interface CognitoAuthOptions extends TokenVerifierOptions {
  /** Who is allowed; `null`: everyone who is signed in. @default from `COGNITO_AUTH_CONFIG_PATH` or `COGNITO_AUTH_SECRET_NAME`; required */
  readonly authoriser?: Authoriser | null | undefined
  /** How long a config from the environment serves before it is read again, in seconds. @default 300 */
  readonly configTtlSeconds?: number | undefined
  /**
   * The oldest config that may serve, in seconds: past it, and while no newer one can be read, `ConfigUnavailableError`.
   * Holds for every `authoriser` that reads its config from somewhere. @default no limit
   */
  readonly configMaxAgeSeconds?: number | undefined
  /** Groups whose members are platform admins. Set, it also lets them in whatever the rules say. @default `['gds-idea']`, as a label only */
  readonly platformAdminGroups?: readonly string[] | undefined
  /** Where a browser is sent on 401 and 403. @default none: the response is the 401 or 403 itself */
  readonly redirectUrl?: string | undefined
  /** The page of a refused navigation: `false` for the problem document always, or a function that returns HTML. @default a plain page */
  readonly errorPage?: false | ((page: ErrorPage) => string) | undefined
  /** A mock user where the load balancer's headers are missing; refused in production and on AWS. @default false */
  readonly devMode?: boolean | undefined
  /** Host or URL of the user pool's sign-in pages, for logout. @default none */
  readonly cognitoDomain?: string | undefined
  /** Where people may be sent after logout; the first is the default. @default none */
  readonly logoutUrls?: readonly string[] | undefined
  /** Path at which whatever protects the whole app signs people out, allowed or not. Needs `cognitoDomain` and `logoutUrls`. @default none */
  readonly signOutPath?: string | undefined
  /** Sign-out page of another identity provider than Cognito, with `{returnTo}` for one of `logoutUrls`. Not together with `cognitoDomain`. @default none */
  readonly signOutUrl?: string | undefined
  /** Name of the load balancer's session cookies, without `-0`. @default 'AWSELBAuthSessionCookie' */
  readonly sessionCookieName?: string | undefined
}

/** Names of all options of `CognitoAuth`. */
export const COGNITO_AUTH_OPTIONS: readonly string[] = Object.keys(authEntries)

/** Options and environment together, each checked. */
type ParsedOptions = ReturnType<typeof parseOptions<typeof authEntries>>

/**
 * Adds what the environment says, and checks each option by itself.
 *
 * @throws {ConfigurationError} when an option or a variable is unknown or wrong; in production, where the process checks no certificates.
 */
export function parseCognitoAuthOptions(options: CognitoAuthOptions): ParsedOptions {
  refuseUnknown(options, COGNITO_AUTH_OPTIONS, 'CognitoAuth')
  refuseUnknownVariables()
  requireTlsVerification()
  const filled = withEnvironment(options)
  refuseUndefined(filled)
  return parseOptions(authEntries, filled, 'CognitoAuth')
}

/** Who decides: as the option says, or the environment. */
export function authoriserOf(given: unknown, configTtlSeconds: number): Authoriser | null {
  if (given === null || given instanceof Authoriser) return given
  if (given === undefined) return Authoriser.fromConfig({ ttlSeconds: configTtlSeconds })
  throw optionError('authoriser', 'must be an Authoriser, or null to allow everyone who is signed in')
}

/** Something to know about options that are accepted, and what to do. */
export interface OptionWarning {
  /** One sentence, without the full stop. */
  readonly message: string
  readonly fix: string
}

/** What there is to know of a claim that others than the identity provider of this app may be able to write. */
export function warningsOfGroupsClaim(groupsClaim: string, pinned: unknown): readonly OptionWarning[] {
  const warnings: OptionWarning[] = []
  if (pinned === undefined) {
    warnings.push({
      message: `groupsClaim without ${optionName('issuer')} or ${optionName('userPoolId')}: every identity provider of that load balancer can name groups`,
      fix: 'Set one of them',
    })
  }
  if (groupsClaim.startsWith('custom:')) {
    warnings.push({
      message: 'groupsClaim begins with custom: users may be able to write such an attribute themselves',
      fix: 'Take write access to it away from the app client',
    })
  }
  return warnings
}

/** Tells of it once per `CognitoAuth`. */
export function warnOfGroupsClaim(groupsClaim: string, pinned: readonly string[] | undefined): void {
  for (const { message, fix } of warningsOfGroupsClaim(groupsClaim, pinned)) {
    process.emitWarning(`${message}. ${fix}`, { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_GROUPS_CLAIM' })
  }
}
