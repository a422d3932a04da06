/**
 * Mock users: who can sign in at the local load balancer.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import * as v from 'valibot'

/** Somebody who can sign in, in the names of Cognito's userInfo claims. */
export interface MockUser {
  /** E-mail address: what the sign-in page lists them by. */
  readonly email: string
  /** User ID. @default a UUID made of the e-mail */
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
  /** What the token says of the e-mail address. @default true */
  readonly email_verified?: boolean | undefined
  /** Further claims, such as `{ 'custom:team': 'red' }`; none that the load balancer gives. @default none */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

const text = v.pipe(v.string('must be a text'), v.nonEmpty('must not be empty'))

/** Claims that a user has by another key, or that are the load balancer's. */
const OWN_CLAIMS = ['sub', 'username', 'email', 'email_verified', 'name', 'given_name', 'family_name', 'exp', 'iss']

const userEntries = {
  email: v.pipe(text, v.email('must be an e-mail address')),
  sub: v.optional(text),
  username: v.optional(text),
  name: v.optional(text),
  given_name: v.optional(text),
  family_name: v.optional(text),
  groups: v.optional(v.array(text, 'must be a list of groups'), []),
  email_verified: v.optional(v.boolean('must be true or false')),
  claims: v.optional(
    v.pipe(
      v.record(v.string(), v.unknown(), 'must be an object of further claims, such as {"custom:team": "a"}'),
      v.check(
        (claims) => Object.keys(claims).every((name) => !OWN_CLAIMS.includes(name)),
        'must not have claims that the user or the load balancer gives',
      ),
    ),
  ),
} satisfies { readonly [Name in keyof Required<MockUser>]: v.GenericSchema<MockUser[Name]> }

const userSchema = v.strictObject(
  userEntries,
  (issue) =>
    `must be an object with an email; it may have sub, username, name, given_name, family_name, groups, email_verified, claims (${String(issue.expected)})`,
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

/** What a person wrote is wrong; the message says what to do. */
export class LocalAlbError extends Error {
  override readonly name = 'LocalAlbError'
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
  const [issue] = result.issues
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  throw new LocalAlbError(`${where}${path} ${issue.message}`)
}

/**
 * Reads users from a JSON file: a list, or an object with a list under `users`.
 *
 * @throws {LocalAlbError} when it cannot be read, is not JSON, or has a user that is not one.
 */
export function readUsersFile(path: string): readonly MockUser[] {
  let json: string
  try {
    json = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new LocalAlbError(`file ${path} cannot be read: does it exist?`, { cause })
  }
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new LocalAlbError(`file ${path} is not JSON`, { cause })
  }
  return parseUsers(value, `file ${path}: users`)
}
