/**
 * What a `User` is: the shape that rules, decisions and adapters share.
 *
 * @module
 */

/** JSON object from a verified token: without a prototype, frozen all the way down. */
export type Claims = { readonly [name: string]: unknown }

/** Header of a token (RFC 7515, JOSE header): without a prototype, frozen all the way down. */
export type JwsHeader = { readonly [name: string]: unknown }

/**
 * A person whose tokens were verified. Frozen data: what is enumerable is safe to serialise to a browser; claims and
 * methods are there but not enumerable. Missing strings are `''`.
 */
export interface User {
  /** "sub" (Subject): the pool's stable id of the user. */
  readonly sub: string
  readonly username: string
  readonly email: string
  /** What follows the last `@` of the e-mail, in lower case; `''` without an e-mail. */
  readonly emailDomain: string
  /** `undefined` when the token says nothing about it: see {@link isEmailVerified}. */
  readonly emailVerified: boolean | undefined
  readonly name: string
  readonly givenName: string
  readonly familyName: string
  /** Cognito groups, from the access token (or from `groupsClaim`). */
  readonly groups: readonly string[]
  /** In one of `platformAdminGroups`. */
  readonly isPlatformAdmin: boolean
  /** Granted by the authoriser's `admin_groups` or `admin_users`; `false` before `authorise()`. */
  readonly isAppAdmin: boolean
  /** Either of the two. */
  readonly isAdmin: boolean
  readonly isAuthenticated: true
  /** "exp" of the access token; `null` where there is none. */
  readonly expiresAt: Date | null
  /** "iss" of the load balancer's token, or of the bearer token. */
  readonly issuer: string
  /** App client id. */
  readonly clientId: string
  /** `machine` for a program that signed in with its client credentials, without a person; else `person`. */
  readonly kind: 'person' | 'machine'
  /** "scope" of the access token, split at its spaces; empty without one. */
  readonly scopes: readonly string[]
  /** Whether the user is a member of `group`, compared exactly. */
  isIn(group: string): boolean
  /** The e-mail. */
  toString(): string
  /** Claims of the load balancer's token; empty with a bearer token. */
  readonly oidcClaims: Claims
  /** Claims of the access token; empty under `groupsClaim`. */
  readonly accessClaims: Claims
}

/** What the tokens of a user were. Not part of the profile: for rules, and for who asks them. */
export interface UserOrigin {
  /** Whether an e-mail that the token says nothing about is not verified; `undefined` where nobody knows. */
  readonly silenceIsNo: boolean | undefined
  /** Whether the only token was a bearer token; `undefined` where nobody knows. */
  readonly isBearer: boolean | undefined
  /** The very list that says who is a platform admin; `undefined` where it was not a list that said so. */
  readonly labelledBy: readonly string[] | undefined
}

/** Where a user keeps its {@link UserOrigin}, of whichever copy of this package. */
export const ORIGIN = Symbol.for('@cognito-auth/core/origin')

/** Members of its own: a polluted `Object.prototype` must not say where a user comes from. */
const UNKNOWN: UserOrigin = Object.freeze({ silenceIsNo: undefined, isBearer: undefined, labelledBy: undefined })

/** What the tokens of a user were; of a copy (`{ ...user }`, JSON), and of what is no user of ours, nothing is known. */
export function originOf(user: object): UserOrigin {
  return (user as { readonly [ORIGIN]?: UserOrigin })[ORIGIN] ?? UNKNOWN
}

/**
 * Whether the e-mail of a user counts as verified. A Cognito token that says nothing about it does: Cognito states it where
 * it could be otherwise. Under `groupsClaim` silence does not: Entra ID, among others, states nothing, and lets a tenant's
 * administrator write any address ("nOAuth").
 */
export function isEmailVerified(user: User): boolean {
  return user.emailVerified === true || (user.emailVerified === undefined && originOf(user).silenceIsNo !== true)
}

/**
 * Whether the user's only token was a bearer token: what an ALB session says of its client is not that. `undefined` where
 * nobody knows, of a copy.
 */
export function isBearer(user: object): boolean | undefined {
  return originOf(user).isBearer
}
