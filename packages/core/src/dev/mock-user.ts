/**
 * Users without tokens, for unit tests.
 *
 * @module
 */

import * as v from 'valibot'
import { ConfigurationError } from '../errors.js'
import { isDevelopment, productionMode } from '../lib/process/is-development.js'
import { checkMembers, type NameOf, refuseUnknown, text } from '../lib/schema.js'
import { isFirst, shared } from '../lib/process/shared.js'
import { createUser, DEFAULT_PLATFORM_ADMIN_GROUPS, isMember, NO_CLAIMS, type User, type UserProfile } from '../user.js'

/**
 * What a mock user is like; what is left out is `''`, empty, `false` or `null`, and `isPlatformAdmin` is as the default of
 * `platformAdminGroups` says.
 */
export type MockUserProfile = { readonly [Name in keyof UserProfile]?: UserProfile[Name] | undefined }

const name = v.optional(v.string('must be a string'), '')
const flag = v.optional(v.boolean('must be true or false'))
const entries = {
  sub: v.optional(text, 'mock-user'),
  username: v.optional(v.string('must be a string')),
  email: v.optional(v.string('must be a string'), 'mock@example.com'),
  emailVerified: flag,
  name,
  givenName: name,
  familyName: name,
  groups: v.optional(v.array(v.string('must be a string'), 'must be a list of strings'), []),
  isPlatformAdmin: flag,
  isAppAdmin: v.optional(v.boolean('must be true or false'), false),
  expiresAt: v.optional(v.nullable(v.date('must be a Date or null')), null),
  issuer: name,
  clientId: name,
  kind: v.optional(v.picklist(['person', 'machine'], "must be 'person' or 'machine'"), 'person'),
  scopes: v.optional(v.array(v.string('must be a string'), 'must be a list of strings'), []),
} as const satisfies Record<keyof UserProfile, v.GenericSchema>

/** What a `User` has beside: it follows from the profile. */
const DERIVED: readonly string[] = ['emailDomain', 'isAdmin', 'isAuthenticated']

/**
 * Builds a user of a profile, without asking whether it may.
 *
 * @param platformAdminGroups Groups that make a platform admin, where the profile does not say.
 * @param nameOf How a property is named in messages, which `where` begins.
 * @throws {ConfigurationError} for a property that is wrong.
 */
export function mockUser(
  profile: MockUserProfile,
  platformAdminGroups: readonly string[] = [],
  nameOf: NameOf = (property, place) => `${property}${place} of a mock user`,
  where = '',
): User {
  const checked = checkMembers(entries, profile, nameOf, where)
  const { username = checked.email, emailVerified } = checked
  const isPlatformAdmin = checked.isPlatformAdmin ?? isMember(checked.groups, platformAdminGroups)
  // Programs have bearer tokens only.
  const origin = { silenceIsNo: false, isBearer: checked.kind === 'machine', labelledBy: undefined }
  return createUser({ ...checked, username, emailVerified, isPlatformAdmin }, NO_CLAIMS, NO_CLAIMS, origin)
}

/** Mock users of whom their test said whether they are platform admins: that holds, whatever list is asked. */
const stated = shared('mock-users', () => new WeakMap<User, boolean>())

/** What a test said of a mock user's `isPlatformAdmin`; `undefined` where it did not, and for everybody else. */
export function statedPlatformAdmin(user: User): boolean | undefined {
  return stated.get(user)
}

/**
 * Builds a user without tokens, for unit tests. Warns once per process. Another user may be spread into the profile.
 *
 * @example
 * ```ts
 * const user = createMockUser({ email: 'a@example.com', groups: ['developers'] })
 * ```
 * @throws {ConfigurationError} where `NODE_ENV` says production, as every value but `development`, `dev`, `local` and `test` does; for a property that a user does not have, or that is wrong.
 */
export function createMockUser(profile: MockUserProfile = {}): User {
  if (!isDevelopment()) {
    throw new ConfigurationError(`createMockUser() is for tests: it is refused with ${productionMode()}`)
  }
  const isSpread = 'isAuthenticated' in Object(profile)
  refuseUnknown(profile, isSpread ? [...Object.keys(entries), ...DERIVED] : Object.keys(entries), 'A mock user')
  const user = mockUser(profile, DEFAULT_PLATFORM_ADMIN_GROUPS)
  // Where a user was spread, its label came with it, and was not stated.
  if (profile.isPlatformAdmin !== undefined && !isSpread) stated.set(user, profile.isPlatformAdmin)
  if (isFirst('mock-user')) {
    process.emitWarning('createMockUser() made a user without a sign-in', {
      type: 'CognitoAuthWarning',
      code: 'COGNITO_AUTH_MOCK_USER',
    })
  }
  return user
}
