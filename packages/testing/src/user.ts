/**
 * Made-up users, and the claims that AWS would send of them.
 *
 * @module
 */

import { createHash, randomUUID } from 'node:crypto'
import type { JsonObject } from './sign.js'

/** A user to sign in as, in the property names of `User`. What is left out gets a default, or is not in the token. */
export interface TestUser {
  /** @default a UUID made of the e-mail */
  readonly sub?: string
  /** @default the `sub` */
  readonly username?: string
  /** @default 'user@example.com' */
  readonly email?: string
  /** `undefined`: the token says nothing about it. @default true */
  readonly emailVerified?: boolean | undefined
  readonly name?: string
  readonly givenName?: string
  readonly familyName?: string
  /** Cognito groups. @default none */
  readonly groups?: readonly string[]
  /** "scope" of the access token; an empty list: none. @default ['openid'] */
  readonly scopes?: readonly string[]
}

const KNOWN = ['sub', 'username', 'email', 'emailVerified', 'name', 'givenName', 'familyName', 'groups', 'scopes']

/** What a `User` of core has beside: it follows from the rest, or from who asks. */
const DERIVED = [
  'emailDomain',
  'isPlatformAdmin',
  'isAppAdmin',
  'isAdmin',
  'isAuthenticated',
  'expiresAt',
  'issuer',
  'clientId',
  'kind',
]

/** The same e-mail is always the same user. */
function subOf(email: string): string {
  const hex = createHash('sha256').update(email).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/**
 * What Cognito's userInfo endpoint answers, in its order: `email_verified` is a text there. A whole `User` of core will
 * do: what it has beside is not told, since it is not in the tokens, or not for the user to say.
 *
 * @throws {TypeError} for a property that users do not have.
 */
export function userInfoClaims(user: TestUser): JsonObject & { readonly sub: string; readonly username: string } {
  const known = 'isAuthenticated' in user ? [...KNOWN, ...DERIVED] : KNOWN
  const unknown = Object.keys(user).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new TypeError(`A test user has no ${unknown}; it has ${KNOWN.join(', ')}`)
  const { email = 'user@example.com', sub = subOf(email), username = sub } = user
  const emailVerified = 'emailVerified' in user ? user.emailVerified : true
  return {
    sub,
    ...(emailVerified === undefined ? {} : { email_verified: String(emailVerified) }),
    ...(user.name === undefined ? {} : { name: user.name }),
    ...(user.givenName === undefined ? {} : { given_name: user.givenName }),
    ...(user.familyName === undefined ? {} : { family_name: user.familyName }),
    ...(email === '' ? {} : { email }),
    username,
  }
}

/** What an access token is made from. */
export interface AccessTokenFacts {
  readonly sub: string
  readonly username: string
  readonly groups: readonly string[]
  /** @default ['openid'] */
  readonly scopes?: readonly string[]
  readonly issuer: string
  readonly clientId: string
  /** Seconds since the epoch. */
  readonly now: number
  readonly lifetimeSeconds: number
}

/** Claims of a Cognito access token, in Cognito's order. */
export function accessTokenClaims(facts: AccessTokenFacts): JsonObject {
  const { sub, username, groups, scopes = ['openid'], issuer, clientId, now, lifetimeSeconds } = facts
  return {
    sub,
    ...(groups.length > 0 ? { 'cognito:groups': groups } : {}),
    iss: issuer,
    version: 2,
    client_id: clientId,
    origin_jti: randomUUID(),
    event_id: randomUUID(),
    token_use: 'access',
    ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
    auth_time: now,
    exp: now + lifetimeSeconds,
    iat: now,
    jti: randomUUID(),
    username,
  }
}
