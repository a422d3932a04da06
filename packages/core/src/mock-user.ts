/**
 * Users without tokens, for unit tests.
 *
 * @module
 */

import * as v from 'valibot'
import { ConfigurationError } from './errors.js'
import { parseOptions } from './options.js'
import { createUser, DEFAULT_PLATFORM_ADMIN_GROUPS, isMember, NO_CLAIMS, type User, type UserProfile } from './user.js'

/**
 * What a mock user is like; what is left out is `''`, empty, `false` or `null`, and `isPlatformAdmin` is as the default of
 * `platformAdminGroups` says.
 */
export type MockUserProfile = { readonly [Name in keyof UserProfile]?: UserProfile[Name] | undefined }

const name = v.optional(v.string('must be a text'))
const flag = v.optional(v.boolean('must be true or false'))
const entries = {
  sub: name,
  username: name,
  email: name,
  emailVerified: flag,
  name,
  givenName: name,
  familyName: name,
  groups: v.optional(v.array(v.string('must be a text'), 'must be a list of texts')),
  isPlatformAdmin: flag,
  isAppAdmin: flag,
  expiresAt: v.optional(v.nullable(v.date('must be a Date or null'))),
  issuer: name,
  clientId: name,
} as const satisfies Record<keyof UserProfile, v.GenericSchema>

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
 * @throws {ConfigurationError} under `NODE_ENV=production`; for a property that a user does not have, or that is wrong.
 */
export function createMockUser(profile: MockUserProfile = {}): User {
  if (process.env['NODE_ENV'] === 'production') {
    throw new ConfigurationError('createMockUser() is for tests: it is refused with NODE_ENV=production')
  }
  const checked = parseOptions(entries, profile, 'A mock user', (property) => `${property} of a mock user`)
  if (!hasWarned) {
    hasWarned = true
    process.emitWarning('createMockUser() made a user that nobody signed in as', {
      type: 'CognitoAuthWarning',
      code: 'COGNITO_AUTH_MOCK_USER',
    })
  }
  return mockUser({ isPlatformAdmin: isMember(checked.groups ?? [], DEFAULT_PLATFORM_ADMIN_GROUPS), ...checked })
}
