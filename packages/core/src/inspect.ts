/**
 * What a tool asks about a configuration without serving requests: `@cognito-auth/core/inspect`, for `@cognito-auth/cli`.
 *
 * @module
 */

import { VARIABLE_NAMES, withEnvironment } from './config/environment.js'
import type { CognitoAuthOptions } from './cognito-auth.js'
import { mockUser, type MockUserProfile } from './mock-user.js'
import { nearest } from './suggest.js'
import type { User } from './user.js'
import { setUpVerifier, verifierOptionsOf } from './verifier/options.js'

export { VARIABLE_NAMES }

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
  const { signers, issuers, groupsClaim } = setUpVerifier(verifierOptionsOf(filled), filled.devMode !== true)
  return { albKeys: signers.bases, jwks: groupsClaim === undefined ? issuers.knownJwksUrls : [] }
}

/** Variables that begin with `COGNITO_AUTH_` and that nothing reads, each with the nearest one that is read. */
export function unknownVariables(environment: NodeJS.ProcessEnv): { name: string; nearest: string }[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('COGNITO_AUTH_') && !VARIABLE_NAMES.includes(name))
    .map((name) => ({ name, nearest: nearest(name, VARIABLE_NAMES) }))
}

/** A user as somebody describes them, to ask an authoriser about; nobody is signed in by it. */
export function describedUser(profile: MockUserProfile): User {
  return mockUser(profile)
}
