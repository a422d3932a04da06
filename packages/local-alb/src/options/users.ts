/**
 * Mock users: who can sign in at the local load balancer.
 *
 * @module
 */

import * as v from 'valibot'
import { complaintOf, objectMessage } from './validation-message.js'

/** Somebody who can sign in, in the names of Cognito's userInfo claims. */
export interface MockUser {
  /** E-mail address: what the sign-in page lists them by. `null` for a user without one, who then needs a `sub`. */
  readonly email: string | null
  /** User ID, printable ASCII without spaces. @default a UUID made of the e-mail */
  readonly sub?: string | undefined
  /** @default the `sub` */
  readonly username?: string | undefined
  /** Full name. @default none */
  readonly name?: string | undefined
  /** First name. @default none */
  readonly given_name?: string | undefined
  /** Family name. @default none */
  readonly family_name?: string | undefined
  /** Cognito groups, which the access token has. @default none */
  readonly groups?: readonly string[] | undefined
  /** What the token says of the e-mail address; `null`: nothing. @default true */
  readonly email_verified?: boolean | null | undefined
  /** Further claims, such as `{ 'custom:team': 'red' }`; none that the load balancer gives. @default none */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

const text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'))

/** As Cognito takes them, in any script: `zoë@example.com`. */
const EMAIL = /^[^\s@"(),:;<>[\\\]]{1,64}@[^\s@."(),:;<>[\\\]]+(?:\.[^\s@."(),:;<>[\\\]]+)+$/u

/** Claims that a user has by another key, or that are the load balancer's. */
const OWN_CLAIMS = ['sub', 'username', 'email', 'email_verified', 'name', 'given_name', 'family_name', 'exp', 'iss']

const FIELDS = ['email', 'sub', 'username', 'name', 'given_name', 'family_name', 'groups', 'email_verified', 'claims']

const userSchema = v.pipe(
  v.strictObject(
    {
      // The key is always there: a misspelt e-mail is no user without one.
      email: v.nullable(v.pipe(text, v.regex(EMAIL, 'must be an e-mail address'))),
      // Anything else would be a header that cannot be sent.
      sub: v.optional(
        v.pipe(text, v.regex(/^[!-~]+$/, 'must be printable ASCII without spaces: it is sent in a header')),
      ),
      username: v.optional(text),
      name: v.optional(text),
      given_name: v.optional(text),
      family_name: v.optional(text),
      groups: v.optional(v.array(text, 'must be a list of groups'), []),
      email_verified: v.optional(
        v.nullable(v.boolean('must be true, false, or null for a token that does not say it')),
      ),
      claims: v.optional(
        v.pipe(
          v.record(v.string(), v.unknown(), 'must be an object of further claims, such as {"custom:team": "a"}'),
          v.check(
            (claims) => Object.keys(claims).every((name) => !OWN_CLAIMS.includes(name)),
            'must not have claims that the user or the load balancer gives',
          ),
        ),
      ),
    } satisfies { readonly [Name in keyof Required<MockUser>]: v.GenericSchema<MockUser[Name]> },
    objectMessage(FIELDS, `must be an object with an email; it may have ${FIELDS.slice(1).join(', ')}`),
  ),
  v.check(({ email, sub }) => email !== null || sub !== undefined, 'has no e-mail, and then needs a sub'),
)

const usersSchema = v.pipe(
  v.array(userSchema, 'must be a list of users, such as [{"email": "a@example.com", "groups": ["developers"]}]'),
  v.nonEmpty('must name at least one user'),
)

/** Made-up people for when no users file is given. */
export const DEFAULT_USERS: readonly MockUser[] = [
  { email: 'ada@example.com', name: 'Ada Admin', groups: ['admins', 'developers'] },
  { email: 'dev@example.com', name: 'Dev Eloper', groups: ['developers'] },
  { email: 'guest@example.com', name: 'Guest Visitor', groups: [] },
]

/** What a terminal would obey: control characters, and those that turn the direction of text. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** What a person wrote is wrong; the message says what to do. It may quote files, of whoever wrote them. */
export class LocalAlbError extends Error {
  override readonly name = 'LocalAlbError'

  constructor(message: string, options?: ErrorOptions) {
    super(message.replaceAll(UNPRINTABLE, '?'), options)
  }
}

function withoutComments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutComments)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('_')))
}

/**
 * Checks users. Keys that begin with `_` are comments.
 *
 * @throws {LocalAlbError} saying which user, what is wrong with it and what to write.
 */
export function parseUsers(value: unknown, where: string): readonly MockUser[] {
  const isWrapped = typeof value === 'object' && value !== null && 'users' in value
  const result = v.safeParse(usersSchema, withoutComments(isWrapped ? value.users : value))
  if (result.success) return result.output
  throw new LocalAlbError(complaintOf(where, result.issues))
}

/**
 * Checks one user.
 *
 * @param where what the message begins with; nothing where the names of fields say enough.
 * @throws {LocalAlbError} saying what is wrong and what to write.
 */
export function parseUser(value: unknown, where: string): MockUser {
  const result = v.safeParse(userSchema, withoutComments(value))
  if (result.success) return result.output
  throw new LocalAlbError(complaintOf(where, result.issues))
}

/** What a user is known by: the e-mail, or the `sub` of a user without one. */
export function idOf({ email, sub }: MockUser): string {
  return email ?? sub ?? ''
}

/** What people call a user. */
export function nameOf(user: MockUser): string {
  return user.name ?? user.email ?? user.username ?? idOf(user)
}
