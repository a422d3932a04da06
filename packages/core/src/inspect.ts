/**
 * What a tool asks about a configuration without serving requests: `@cognito-auth/core/inspect`, for `@cognito-auth/cli`.
 *
 * @module
 */

import { type CognitoAuthOptions, type OptionWarning, warningsOfGroupsClaim } from './cognito-auth-options.js'
import { parseAuthConfig, type RuleKey } from './config/auth-config.js'
import {
  bearerOfEnvironment,
  devModeOfEnvironment,
  groupsClaimOfEnvironment,
  platformAdminGroupsOfEnvironment,
  unknownVariables as unknownAmong,
  withEnvironment,
} from './options/environment.js'
import { VARIABLE_NAMES } from './options/table.js'
import { configSource } from './config/configured-source.js'
import { fileSource } from './config/file-source.js'
import type { ConfigSource } from './config/config-source.js'
import { secretSource } from './config/secret-source.js'
import type { Decision } from './decision.js'
import { ConfigurationError } from './errors.js'
import { refuseDevModeInProduction } from './dev/dev-mode.js'
import { mockUser, type MockUserProfile } from './dev/mock-user.js'
import { decide } from './rules/rule-set.js'
import { nearest } from './lib/text/suggest.js'
import { DEFAULT_PLATFORM_ADMIN_GROUPS, withSilenceAsNo } from './user.js'
import { parseVerifierOptions, verifierOptionsOf, VerifierSetup } from './verifier/policy/options.js'

export { bearerOfEnvironment, configSource, devModeOfEnvironment, nearest, refuseDevModeInProduction, VARIABLE_NAMES }
export type { OptionWarning, RuleKey }

/** Where the public keys come from that a configuration trusts. */
export interface KeyEndpoints {
  /** Base URLs of the load balancers' keys; a key's `kid` follows. */
  readonly albKeys: readonly string[]
  /** JWKS of the pinned user pools or issuers; empty where none is pinned, or no access token is read. */
  readonly jwks: readonly string[]
}

/**
 * The key endpoints of a configuration. Reads no config file and fetches nothing.
 *
 * @throws {ConfigurationError} when an option or variable about tokens and keys is missing or wrong.
 */
export function keyEndpoints(options: CognitoAuthOptions = {}): KeyEndpoints {
  const filled = withEnvironment(options)
  const parsed = parseVerifierOptions(verifierOptionsOf(filled))
  const { signers, issuers, groupsClaim } = new VerifierSetup(parsed, { albRequired: filled.devMode !== true })
  return { albKeys: signers.bases, jwks: groupsClaim === undefined ? issuers.knownJwksUrls : [] }
}

/**
 * What a `CognitoAuth` warns of where groups come from a claim (`groupsClaim`): for tools that list it.
 *
 * @returns Nothing without `groupsClaim`.
 * @throws {ConfigurationError} when a variable has a value that cannot be meant.
 */
export function groupsClaimWarnings(options: CognitoAuthOptions = {}): readonly OptionWarning[] {
  const { groupsClaim, issuer, userPoolId } = withEnvironment(options)
  return groupsClaim === undefined ? [] : warningsOfGroupsClaim(groupsClaim, issuer ?? userPoolId)
}

/** Variables that look like ours, in any letter case, and that nothing reads; each with the nearest one that is read. */
export function unknownVariables(environment: NodeJS.ProcessEnv): { name: string; nearest: string }[] {
  const names = Object.keys(environment)
  const withoutUnderscore = names.filter((name) => /^COGNITOAUTH/i.test(name))
  return [
    ...unknownAmong(names),
    ...withoutUnderscore.map((name) => ({ name, nearest: nearest(name, VARIABLE_NAMES) })),
  ]
}

/** Where a config is: a file, a secret, or (neither) where the environment says. */
export interface ConfigLocation {
  readonly path?: string | undefined
  readonly secret?: string | undefined
}

/** What a config says about a user, with what a reader needs to know to change it. */
export interface Explanation {
  /** Where the config was read: `file auth-config.json`. */
  readonly source: string
  /** Whether its source is a secret: then values of it, which names of rules hold, are nothing to print. */
  readonly isSecret: boolean
  /** Whether every rule must let a user in, or any. */
  readonly requireAll: boolean
  /** Whether the config names app admins. */
  readonly hasAppAdmins: boolean
  /** Where in the JSON each rule of the decision is, in their order. */
  readonly keys: readonly RuleKey[]
  readonly decision: Decision
  /** Whether an e-mail address that the token says nothing about is not verified: the environment sets `groupsClaim`. */
  readonly silenceIsNo: boolean
  /**
   * Whether the user, whose address is not verified, would be allowed if it were; `undefined` where it does not matter.
   */
  readonly ifVerified: boolean | undefined
  /**
   * Whether the user, of whose address nothing was said, which counts as verified, would be allowed if it were not;
   * `undefined` where it does not matter.
   */
  readonly ifUnverified: boolean | undefined
}

/**
 * Reads a config and asks it about a user: the decision of `CognitoAuth.explain`, with platform admins and `groupsClaim` as the
 * environment says.
 *
 * @param platformAdminGroups Groups of platform admins. @default as the environment names them
 * @throws {ConfigurationError} when the config, or a variable that is read, is wrong.
 * @throws {ConfigUnavailableError} when the config cannot be read now.
 */
export async function explainConfig(
  location: ConfigLocation,
  profile: MockUserProfile,
  platformAdminGroups: readonly string[] | undefined = platformAdminGroupsOfEnvironment(),
): Promise<Explanation> {
  const source = sourceOf(location)
  const set = parseAuthConfig(await source.read(), source)
  if (set.closed !== undefined) throw new ConfigurationError(set.closed)
  const adminGroups: readonly string[] = platformAdminGroups ?? DEFAULT_PLATFORM_ADMIN_GROUPS
  const options = { admitPlatformAdmins: platformAdminGroups !== undefined, askAll: true }
  const silenceIsNo = groupsClaimOfEnvironment() !== undefined
  const ask = async (more: MockUserProfile): Promise<Decision> => {
    const user = mockUser({ ...profile, ...more }, adminGroups)
    return await decide(silenceIsNo ? withSilenceAsNo(user) : user, set, options)
  }
  const decision = await ask({})
  const { emailVerified } = profile
  const isUnverified = emailVerified === false || (emailVerified === undefined && silenceIsNo)
  const matters = !decision.allowed && isUnverified && set.requireVerifiedEmail
  const isSilent =
    decision.allowed &&
    emailVerified === undefined &&
    !silenceIsNo &&
    decision.user.email !== '' &&
    set.requireVerifiedEmail
  return {
    source: source.name,
    isSecret: source.isSecret,
    requireAll: set.requireAll,
    hasAppAdmins: set.adminGroups.size > 0 || set.adminUsers.size > 0,
    keys: set.keys,
    decision,
    silenceIsNo,
    ifVerified: matters ? (await ask({ emailVerified: true })).allowed : undefined,
    ifUnverified: isSilent ? (await ask({ emailVerified: false })).allowed : undefined,
  }
}

function sourceOf({ path, secret }: ConfigLocation): ConfigSource {
  if (path !== undefined) return fileSource(path)
  return secret === undefined ? configSource() : secretSource(secret)
}
