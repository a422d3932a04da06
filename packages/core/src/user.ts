/**
 * Verified claims become a `User`.
 *
 * @module
 */

import { caseless } from './lib/caseless.js'
import { parseJsonObject, stringClaim } from './claims.js'
import { type Claims, IS_BEARER, isBearer, isSilenceNo, type JwsHeader, SILENCE_IS_NO, type User } from './user-type.js'

export type { Claims, User } from './user-type.js'

/** The platform admins of the Python library; without an explicit list they are a label only. */
export const DEFAULT_PLATFORM_ADMIN_GROUPS: readonly string[] = ['gds-idea']

/** Whether one of `groups` is among `wanted`. */
export function isMember(groups: readonly string[], wanted: readonly string[]): boolean {
  return groups.some((group) => wanted.includes(group))
}

/** What the enumerable part of a `User` is made from. */
export interface UserProfile {
  readonly sub: string
  readonly username: string
  readonly email: string
  readonly emailVerified: boolean | undefined
  readonly name: string
  readonly givenName: string
  readonly familyName: string
  readonly groups: readonly string[]
  readonly isPlatformAdmin: boolean
  readonly isAppAdmin: boolean
  readonly expiresAt: Date | null
  readonly issuer: string
  readonly clientId: string
  readonly kind: 'person' | 'machine'
  readonly scopes: readonly string[]
}

/** Part of an e-mail after its last `@`, in lower case. */
export function domainOf(email: string): string {
  const at = email.lastIndexOf('@')
  return at === -1 ? '' : caseless(email.slice(at + 1))
}

/** What the tokens of a user were. */
export interface UserOrigin {
  /** Whether an e-mail that the token says nothing about is not verified. */
  readonly silenceIsNo?: boolean
  /** Whether the only token was a bearer token. */
  readonly isBearer?: boolean
}

function originOf(user: object): UserOrigin {
  return { silenceIsNo: isSilenceNo(user), isBearer: isBearer(user) }
}

/** When the access token expires, in milliseconds since 1970; `null` where there is none. On a user, for no serialiser. */
const EXPIRES_MS = Symbol('expires')

/**
 * `expiresAt` of all users. A `Date` can be changed even in a frozen object, and one user may serve many requests: who reads it
 * gets one of their own. One getter for all: with one of its own, V8 makes a dictionary of each user, of three times the size.
 */
const EXPIRES_AT = {
  __proto__: null,
  get(this: { readonly [EXPIRES_MS]?: number | null }): Date | null {
    const expiresMs = this[EXPIRES_MS]
    return typeof expiresMs === 'number' ? new Date(expiresMs) : null
  },
  enumerable: true,
  configurable: false,
} as PropertyDescriptor

/** What Node prints instead of the user: `console.log` would show the getter as `[Getter]`. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

function inspectable(this: object): object {
  return { ...this }
}

/** A property for no serialiser. Written out: a polluted `Object.prototype.enumerable` would take claims to browsers. */
function hidden(value: unknown): PropertyDescriptor {
  return { value, enumerable: false, writable: false, configurable: false }
}

/**
 * Builds a frozen user. Claims and methods are not enumerable, so that no serialiser takes them to a browser.
 *
 * @param origin Where the profile comes from: for rules only. @default that of the profile, if it is a user
 */
export function createUser(
  profile: UserProfile,
  oidcClaims: Claims,
  accessClaims: Claims,
  origin: UserOrigin = originOf(profile),
): User {
  const { sub, username, email, emailVerified, name, givenName, familyName, issuer, clientId, kind } = profile
  const { expiresAt, isPlatformAdmin, isAppAdmin } = profile
  const groups = Object.freeze([...profile.groups])
  const scopes = Object.freeze([...profile.scopes])
  const visible = {
    sub,
    username,
    email,
    emailDomain: domainOf(email),
    emailVerified,
    name,
    givenName,
    familyName,
    groups,
    isPlatformAdmin,
    isAppAdmin,
    isAdmin: isPlatformAdmin || isAppAdmin,
    isAuthenticated: true as const,
  }
  Object.defineProperty(visible, 'expiresAt', EXPIRES_AT)
  Object.assign(visible, { issuer, clientId, kind, scopes })
  return Object.freeze(
    Object.defineProperties(visible, {
      // Frozen as the user is: nothing of one request is left on it for the next.
      isIn: hidden(Object.freeze((group: string) => groups.includes(group))),
      toString: hidden(Object.freeze(() => email)),
      oidcClaims: hidden(oidcClaims),
      accessClaims: hidden(accessClaims),
      [SILENCE_IS_NO]: hidden(origin.silenceIsNo === true),
      [IS_BEARER]: hidden(origin.isBearer === true),
      [EXPIRES_MS]: hidden(expiresAt === null ? null : expiresAt.getTime()),
      [INSPECT]: hidden(inspectable),
    }),
  ) as unknown as User
}

/** The same user as app admin, and which rules say so. */
interface Promoted {
  readonly by: object
  readonly user: User
}

/** Users that are remembered with their tokens; each as app admin, where rules made it one. */
const kept = new WeakMap<User, Promoted | undefined>()

/** Says that a user, made here and frozen all through, is remembered: {@link withAppAdmin} then makes one app admin of it. */
export function keep(user: User): User {
  kept.set(user, undefined)
  return user
}

/**
 * The same user, as app admin or not.
 *
 * @param by The rules that say so: of a user that is remembered, the same rules give the same object.
 */
export function withAppAdmin(user: User, isAppAdmin: boolean, by: object): User {
  if (user.isAppAdmin === isAppAdmin) return user
  const before = kept.get(user)
  if (before !== undefined && before.by === by) return before.user
  const promoted = createUser({ ...user, isAppAdmin }, user.oidcClaims, user.accessClaims, originOf(user))
  if (kept.has(user)) kept.set(user, { by, user: promoted })
  return promoted
}

/** The same user, as platform admin or not. */
export function withPlatformAdmin(user: User, isPlatformAdmin: boolean): User {
  if (user.isPlatformAdmin === isPlatformAdmin) return user
  return createUser({ ...user, isPlatformAdmin }, user.oidcClaims, user.accessClaims, originOf(user))
}

/** "email_verified": Cognito writes `"true"`, other identity providers `true`; anything else there is is no. */
function emailVerifiedOf(claims: Claims): boolean | undefined {
  const value = claims['email_verified']
  return value === undefined ? undefined : value === true || value === 'true'
}

function onlyStrings(values: readonly unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '')
}

/** Names of a comma-separated list. */
function namesIn(list: string): string[] {
  return onlyStrings(list.split(',').map((name) => name.trim()))
}

/** Groups of a claim: an array, or a text that is a JSON array or a comma-separated list. */
export function groupsOf(value: unknown): string[] {
  if (Array.isArray(value)) return onlyStrings(value)
  if (typeof value !== 'string') return []
  if (value.trimStart().startsWith('[')) {
    const parsed = parseJsonObject(Buffer.from(`{"groups":${value}}`))?.['groups']
    if (Array.isArray(parsed)) return onlyStrings(parsed)
    // Cognito writes a mapped list as `[Default, a, b]`, which is not JSON.
    const inner = /^\s*\[(.*)\]\s*$/s.exec(value)?.[1]
    return inner === undefined ? [] : namesIn(inner)
  }
  return namesIn(value)
}

/** "scope" (RFC 6749 section 3.3): names with one space between. */
export function scopesOf(claims: Claims): string[] {
  return stringClaim(claims, 'scope')
    .split(' ')
    .filter((scope) => scope !== '')
}

function cognitoGroups(access: Claims): string[] {
  const groups = access['cognito:groups']
  return Array.isArray(groups) ? onlyStrings(groups) : []
}

function expiryOf(access: Claims): Date | null {
  const expires = access['exp']
  return typeof expires === 'number' ? new Date(expires * 1000) : null
}

/** How the two tokens of a request become a user. */
export interface UserOptions {
  readonly platformAdminGroups: readonly string[]
  readonly groupsClaim: string | undefined
}

/** Makes a user of verified tokens; `access` is `null` where no access token is read. */
export function userFromTokens(
  alb: { readonly header: JwsHeader; readonly claims: Claims },
  access: Claims | null,
  options: UserOptions,
): User {
  const { header, claims } = alb
  const { groupsClaim, platformAdminGroups } = options
  const accessClaims = access ?? NO_CLAIMS
  const groups =
    groupsClaim === undefined
      ? cognitoGroups(accessClaims)
      : groupsOf(Object.hasOwn(claims, groupsClaim) && claims[groupsClaim])
  return createUser(
    {
      sub: stringClaim(claims, 'sub'),
      username: stringClaim(claims, 'username') || stringClaim(accessClaims, 'username'),
      email: stringClaim(claims, 'email'),
      emailVerified: emailVerifiedOf(claims),
      name: stringClaim(claims, 'name'),
      givenName: stringClaim(claims, 'given_name'),
      familyName: stringClaim(claims, 'family_name'),
      groups,
      isPlatformAdmin: isMember(groups, platformAdminGroups),
      isAppAdmin: false,
      expiresAt: expiryOf(accessClaims),
      issuer: stringClaim(header, 'iss'),
      clientId: stringClaim(header, 'client'),
      kind: 'person',
      scopes: scopesOf(accessClaims),
    },
    claims,
    accessClaims,
    { silenceIsNo: groupsClaim !== undefined },
  )
}

/**
 * Makes a user of a verified bearer token. Claims about e-mail and name are not read: a pool's trigger may write anything into
 * access tokens, and Cognito vouches for none of it there.
 */
export function userFromBearerToken(claims: Claims, platformAdminGroups: readonly string[]): User {
  const [sub, clientId, username] = [
    stringClaim(claims, 'sub'),
    stringClaim(claims, 'client_id'),
    stringClaim(claims, 'username'),
  ]
  const groups = cognitoGroups(claims)
  return createUser(
    {
      sub,
      username,
      email: '',
      emailVerified: undefined,
      name: '',
      givenName: '',
      familyName: '',
      groups,
      isPlatformAdmin: isMember(groups, platformAdminGroups),
      isAppAdmin: false,
      expiresAt: expiryOf(claims),
      issuer: stringClaim(claims, 'iss'),
      clientId,
      // Client credentials: Cognito writes the client's id as "sub", and no username.
      kind: sub === clientId && claims['username'] === undefined ? 'machine' : 'person',
      scopes: scopesOf(claims),
    },
    NO_CLAIMS,
    claims,
    { isBearer: true },
  )
}

/** Claims of a user without an access token, or without any. */
export const NO_CLAIMS: Claims = Object.freeze(Object.create(null) as Claims)
