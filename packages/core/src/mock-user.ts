/**
 * Users without tokens, for unit tests.
 *
 * @module
 */

import { ConfigurationError } from './errors.js'
import { refuseUnknown } from './options.js'
import { createUser, NO_CLAIMS, type User, type UserProfile } from './user.js'

/** What a mock user is like; what is left out is `''`, empty, `false` or `null`. */
export type MockUserProfile = { readonly [Name in keyof UserProfile]?: UserProfile[Name] | undefined }

const KNOWN = [
  'sub',
  'username',
  'email',
  'emailVerified',
  'name',
  'givenName',
  'familyName',
  'groups',
  'isPlatformAdmin',
  'isAppAdmin',
  'expiresAt',
  'issuer',
  'clientId',
] as const satisfies readonly (keyof UserProfile)[]

/** Builds a user of a profile, without asking whether it may. */
export function mockUser(profile: MockUserProfile): User {
  const { email = 'mock@example.com', sub = 'mock-user', username = email } = profile
  return createUser(
    {
      sub,
      username,
      email,
      emailVerified: profile.emailVerified,
      name: profile.name ?? '',
      givenName: profile.givenName ?? '',
      familyName: profile.familyName ?? '',
      groups: profile.groups ?? [],
      isPlatformAdmin: profile.isPlatformAdmin ?? false,
      isAppAdmin: profile.isAppAdmin ?? false,
      expiresAt: profile.expiresAt ?? null,
      issuer: profile.issuer ?? '',
      clientId: profile.clientId ?? '',
    },
    NO_CLAIMS,
    NO_CLAIMS,
  )
}

let hasWarned = false

/**
 * Builds a user without tokens, for unit tests. Warns once per process.
 *
 * @example
 * ```ts
 * const user = createMockUser({ email: 'a@example.com', groups: ['developers'] })
 * ```
 * @throws {ConfigurationError} under `NODE_ENV=production`; for a property that a user does not have.
 */
export function createMockUser(profile: MockUserProfile = {}): User {
  if (process.env['NODE_ENV'] === 'production') {
    throw new ConfigurationError('createMockUser() is for tests: it is refused with NODE_ENV=production')
  }
  refuseUnknown(profile, KNOWN, 'A mock user')
  if (!hasWarned) {
    hasWarned = true
    process.emitWarning('createMockUser() made a user that nobody signed in as', {
      type: 'CognitoAuthWarning',
      code: 'COGNITO_AUTH_MOCK_USER',
    })
  }
  return mockUser(profile)
}
