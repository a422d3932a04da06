/**
 * Verified claims become a `User`.
 *
 * @module
 */

import { isDate } from 'node:util/types'
import { memoLast } from './lib/memory/memo-last.js'
import { caseless } from './lib/text/caseless.js'
import { parseJsonObject } from './claims.js'
import { type AccessFacts, accessFacts } from './verifier/checks/access-token.js'
import type { FactsOfRequest, VerifiedTokensOfRequest } from './verifier/memory/remembered.js'
import { type Claims, ORIGIN, originOf, type User, type UserOrigin } from './user-type.js'

export type { Claims, User } from './user-type.js'

/** The platform admins of the Python library; without an explicit list they are a label only. */
export const DEFAULT_PLATFORM_ADMIN_GROUPS: readonly string[] = ['gds-idea']

/** Whether one of `groups` is among `wanted`. */
export function isMember(groups: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((group) => groups.includes(group))
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

/** The origin of users here, and when the access token expires, in milliseconds since 1970; `null` where there is none. */
interface Origin extends UserOrigin {
  readonly expiresMs: number | null
}

/**
 * `expiresAt` of all users. A `Date` can be changed even in a frozen object, and one user may serve many requests: who reads it
 * gets one of their own. One getter for all: with one of its own, V8 makes a dictionary of each user, of three times the size.
 */
const EXPIRES_AT = {
  __proto__: null,
  get(this: { readonly [ORIGIN]?: Partial<Origin> }): Date | null {
    const expiresMs = this[ORIGIN]?.expiresMs
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

/**
 * Adds a property for no serialiser. Written out: a polluted `Object.prototype.enumerable` would take claims to browsers. One at
 * a time: `Object.defineProperties` takes nearly twice as long, in which a user would be a tenth of a token never seen.
 */
function hide(user: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(user, name, { value, enumerable: false, writable: false, configurable: false })
}

/** A list that nobody can change: the very one, where it is. */
function frozenList(list: readonly string[]): readonly string[] {
  return Object.isFrozen(list) ? list : Object.freeze([...list])
}

/** Milliseconds since 1970; `null` without an expiry. A JSON copy of a user has a string there. */
function expiryMs(expiresAt: Date | string | null | undefined): number | null {
  if (expiresAt === null || expiresAt === undefined) return null
  if (isDate(expiresAt)) return expiresAt.getTime()
  const parsed = Date.parse(expiresAt)
  return Number.isNaN(parsed) ? null : parsed
}

/**
 * Builds a frozen user. Claims and methods are not enumerable, so that no serialiser takes them to a browser.
 *
 * @param origin Where the profile comes from: for rules only.
 */
export function createUser(
  profile: UserProfile,
  oidcClaims: Claims,
  accessClaims: Claims,
  { silenceIsNo, isBearer, labelledBy }: UserOrigin,
): User {
  const { sub, username, email, emailVerified, name, givenName, familyName, issuer, clientId, kind } = profile
  const { expiresAt, isPlatformAdmin, isAppAdmin } = profile
  const groups = frozenList(profile.groups)
  const scopes = frozenList(profile.scopes)
  const user: { -readonly [Name in keyof User]?: User[Name] } = {
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
    isAuthenticated: true,
  }
  Object.defineProperty(user, 'expiresAt', EXPIRES_AT)
  user.issuer = issuer
  user.clientId = clientId
  user.kind = kind
  user.scopes = scopes
  const origin: Origin = {
    silenceIsNo,
    isBearer,
    labelledBy,
    expiresMs: expiryMs(expiresAt),
  }
  // Frozen as the user is: nothing of one request is left on it for the next.
  hide(
    user,
    'isIn',
    Object.freeze((group: string) => groups.includes(group)),
  )
  hide(
    user,
    'toString',
    Object.freeze(() => email),
  )
  hide(user, 'oidcClaims', oidcClaims)
  hide(user, 'accessClaims', accessClaims)
  hide(user, ORIGIN, Object.freeze(origin))
  hide(user, INSPECT, inspectable)
  return Object.freeze(user) as User
}

/** The same user, but for this. A copy that an app made has no claims: they are not enumerable. */
function remade(user: User, profile: Partial<UserProfile>, origin: Partial<UserOrigin> = {}): User {
  const { oidcClaims = NO_CLAIMS, accessClaims = NO_CLAIMS } = user as Partial<User>
  return createUser({ ...user, ...profile }, oidcClaims, accessClaims, { ...originOf(user), ...origin })
}

/** The same user as app admin or not, and which rules say so. */
interface Promoted {
  readonly by: object
  readonly user: User
}

/** What rules made last of users that were made here, and that nobody can change. Few: of most users they make none. */
const promoted = new WeakMap<User, Promoted>()

/**
 * The same user, as app admin or not.
 *
 * @param by The rules that say so: of the same user the same rules give the same object.
 */
export function withAppAdmin(user: User, isAppAdmin: boolean, by: object): User {
  if (user.isAppAdmin === isAppAdmin) return user
  const before = promoted.get(user)
  if (before !== undefined && before.by === by) return before.user
  const made = remade(user, { isAppAdmin })
  // Not of a copy that an app made, which may change.
  if (Object.hasOwn(user, ORIGIN)) promoted.set(user, { by, user: made })
  return made
}

/** The same user, as platform admin or not. */
export function withPlatformAdmin(user: User, isPlatformAdmin: boolean): User {
  if (user.isPlatformAdmin === isPlatformAdmin) return user
  return remade(user, { isPlatformAdmin }, { labelledBy: undefined })
}

/** The same user, whose e-mail is not verified where its token says nothing about it. */
export function withSilenceAsNo(user: User): User {
  return remade(user, {}, { silenceIsNo: true })
}

/** "email_verified": Cognito writes `"true"`, other identity providers `true`; anything else there is is no. */
function emailVerifiedOf(value: unknown): boolean | undefined {
  return value === undefined ? undefined : value === true || value === 'true'
}

/** A claim where it is a string, else `''`. */
function stringOf(claim: unknown): string {
  return typeof claim === 'string' ? claim : ''
}

/** By places: of frozen lists, as claims are, `filter` and `some` take four times as long on V8, and an iterator makes an object for each member. */
function onlyStrings(values: readonly unknown[]): string[] {
  const strings: string[] = []
  for (let place = 0; place < values.length; place += 1) {
    const value = values[place]
    if (typeof value === 'string' && value !== '') strings.push(value)
  }
  return strings
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

/** "scope" (RFC 6749 section 3.3): names with one space between. Most users of an app have the same. */
const scopesOf = memoLast((scope: unknown): readonly string[] =>
  Object.freeze(
    stringOf(scope)
      .split(' ')
      .filter((one) => one !== ''),
  ),
)

/** "cognito:groups" */
function cognitoGroups(groups: unknown): readonly string[] {
  return Object.freeze(Array.isArray(groups) ? onlyStrings(groups) : [])
}

function expiryOf(exp: unknown): Date | null {
  return typeof exp === 'number' ? new Date(exp * 1000) : null
}

/** How the two tokens of a request become a user. */
export interface UserOptions {
  readonly platformAdminGroups: readonly string[]
  readonly groupsClaim: string | undefined
}

/** Makes a user of verified tokens; `access` is `null` where no access token is read. */
export function userFromTokens(
  said: VerifiedTokensOfRequest,
  facts: FactsOfRequest,
  { groupsClaim, platformAdminGroups }: UserOptions,
): User {
  const { alb } = facts
  const access = facts.access ?? NO_FACTS
  const { claims } = said.alb
  const groups =
    groupsClaim === undefined
      ? cognitoGroups(access.groups)
      : groupsOf(Object.hasOwn(claims, groupsClaim) && claims[groupsClaim])
  return createUser(
    {
      sub: stringOf(alb.sub),
      username: stringOf(alb.username) || stringOf(access.username),
      email: stringOf(alb.email),
      emailVerified: emailVerifiedOf(alb.email_verified),
      name: stringOf(alb.name),
      givenName: stringOf(alb.given_name),
      familyName: stringOf(alb.family_name),
      groups,
      isPlatformAdmin: isMember(groups, platformAdminGroups),
      isAppAdmin: false,
      expiresAt: expiryOf(access.exp),
      issuer: stringOf(alb.headerIss),
      clientId: stringOf(alb.client),
      kind: 'person',
      scopes: scopesOf(access.scope),
    },
    claims,
    said.access ?? NO_CLAIMS,
    { silenceIsNo: groupsClaim !== undefined, isBearer: false, labelledBy: platformAdminGroups },
  )
}

/**
 * Makes a user of a verified bearer token. Claims about e-mail and name are not read: a pool's trigger may write anything into
 * access tokens, and Cognito vouches for none of it there.
 */
export function userFromBearerToken(claims: Claims, facts: AccessFacts, { platformAdminGroups }: UserOptions): User {
  const sub = stringOf(facts.sub)
  const clientId = stringOf(facts.client_id)
  const groups = cognitoGroups(facts.groups)
  return createUser(
    {
      sub,
      username: stringOf(facts.username),
      email: '',
      emailVerified: undefined,
      name: '',
      givenName: '',
      familyName: '',
      groups,
      isPlatformAdmin: isMember(groups, platformAdminGroups),
      isAppAdmin: false,
      expiresAt: expiryOf(facts.exp),
      issuer: stringOf(facts.iss),
      clientId,
      // Client credentials: Cognito writes the client's id as "sub", and no username.
      kind: sub === clientId && facts.username === undefined ? 'machine' : 'person',
      scopes: scopesOf(facts.scope),
    },
    NO_CLAIMS,
    claims,
    { silenceIsNo: false, isBearer: true, labelledBy: platformAdminGroups },
  )
}

/** Claims of a user without an access token, or without any. */
export const NO_CLAIMS: Claims = Object.freeze(Object.create(null) as Claims)

/** What is read of an access token where there is none. */
const NO_FACTS = accessFacts(NO_CLAIMS)
