/**
 * The identity provider behind the rule: a Cognito user pool, or another one that speaks OpenID Connect.
 *
 * @module
 */

import { randomBytes, randomUUID } from 'node:crypto'
import {
  accessTokenClaims,
  type CognitoKey,
  createCognitoKey,
  type JsonObject,
  signAccessToken,
  userInfoClaims,
} from '@cognito-auth/testing'
import type { OidcOptions } from '../options/oidc-options.js'
import type { FaultName } from '../options/faults.js'
import type { Clock } from './clock.js'
import type { MockUser } from '../options/users.js'

/**
 * Made-up names that cannot be mistaken for real ones: no region of AWS begins with "xx", which ISO 3166 leaves to
 * users, so the host of this issuer does not exist. Its shape is that of a region: verifiers check that, such as
 * aws-jwt-verify, which refuses a plain `local-0`.
 */
export const REGION = 'xx-local-1'
export const USER_POOL_ID = `${REGION}_LocalAlb1`
export const CLIENT_ID = 'localalbclient'
const COGNITO_ISSUER = `https://cognito-idp.${REGION}.amazonaws.com/${USER_POOL_ID}`
const OIDC_ISSUER = 'https://idp.local-alb.example'
const OPAQUE = 'the access token of another provider is opaque (--oidc)'

/** What stays the same in all access tokens of one sign-in, however often they are refreshed. */
export interface SignInOrigin {
  /** When the user signed in: "auth_time", in seconds since the epoch. */
  readonly authTime: number
  /** The "origin_jti" by which Cognito revokes them together. */
  readonly originJti: string
}

/** The access token that a session holds, and until when. */
export interface AccessToken {
  readonly token: string
  /** Seconds since the epoch. */
  readonly exp: number
  readonly origin: SignInOrigin
}

/** What an app client is given tokens for. */
export interface TokenRequest {
  readonly clientId: string
  readonly scopes: readonly string[]
}

/** What a token endpoint answers (RFC 6749, section 5.1). */
export interface TokenAnswer {
  readonly access_token: string
  readonly id_token?: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
}

/** The token endpoint of a user pool. */
export interface UserPoolTokens {
  /** Tokens of a person, and what stays the same when they are refreshed. */
  personTokens(
    request: TokenRequest & { user: MockUser; nonce?: string | undefined; origin?: SignInOrigin | undefined },
  ): TokenAnswer & { readonly origin: SignInOrigin }
  /** A token of a client itself: its "sub" is the client id, and there is no "username". */
  machineTokens(request: TokenRequest): TokenAnswer
}

/** What a load balancer asks of an identity provider. */
export interface Provider {
  readonly issuer: string
  /** What the userInfo endpoint answers. */
  userInfo(user: MockUser): JsonObject & { readonly sub: string }
  /** What the token endpoint answers. @param origin of the session, when its token is refreshed */
  accessToken(user: MockUser, fault: FaultName | undefined, origin?: SignInOrigin): AccessToken
  /** Faults that change nothing with this provider, and why. */
  readonly idleFaults: Readonly<Partial<Record<FaultName, string>>>
  /** The token endpoint for other clients; only a user pool has one here. */
  readonly userPool: UserPoolTokens | undefined
  /** Published keys (RFC 7517). */
  readonly jwks: { readonly keys: readonly JsonObject[] }
  /** Signs with a new key from now on; the old ones stay published. */
  rotateKeys(): void
  /** Environment that makes an app expect this provider. @param pool origin of the user pool's pages */
  env(pool: string): Record<string, string>
}

const newOrigin = (clock: Clock): SignInOrigin => ({ authTime: clock.seconds(), originJti: randomUUID() })

function cognitoClaims(user: MockUser): JsonObject & { readonly sub: string; readonly username: string } {
  const { email, sub, username, name, given_name, family_name, email_verified = true, claims = {} } = user
  // Every value of Cognito's userInfo is a text, lists such as `identities` too.
  const more = Object.entries(claims).map(([claim, value]) => [
    claim,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return {
    ...(Object.fromEntries(more) as JsonObject),
    ...userInfoClaims({
      // An empty one is left out.
      email: email ?? '',
      emailVerified: email_verified ?? undefined,
      ...(sub === undefined ? {} : { sub }),
      ...(username === undefined ? {} : { username }),
      ...(name === undefined ? {} : { name }),
      ...(given_name === undefined ? {} : { givenName: given_name }),
      ...(family_name === undefined ? {} : { familyName: family_name }),
    }),
  }
}

/** What the user pool signs with first: access tokens by one, ID tokens by the other. */
let firstKeys: readonly CognitoKey[] | undefined

/**
 * The same for all load balancers of a process, which stand before one user pool, as their issuer says. To make RSA keys
 * is most of what starting one takes; the keys by which apps tell load balancers apart are each one's own.
 */
function keysOfPool(): CognitoKey[] {
  firstKeys ??= [createCognitoKey(), createCognitoKey()]
  return [...firstKeys]
}

/** A Cognito user pool: texts in userInfo, groups in an access token that is a JWT. */
export class CognitoProvider implements Provider, UserPoolTokens {
  readonly issuer = COGNITO_ISSUER
  readonly userPool = this
  readonly idleFaults = {}
  readonly #lifetimeSeconds: number
  #keys: CognitoKey[] = keysOfPool()

  readonly #clock: Clock

  constructor(accessTokenSeconds: number, clock: Clock) {
    this.#lifetimeSeconds = accessTokenSeconds
    this.#clock = clock
  }

  rotateKeys(): void {
    this.#keys = [createCognitoKey(), ...this.#keys].slice(0, 10)
  }

  get jwks(): { readonly keys: readonly JsonObject[] } {
    return { keys: this.#keys.map((key) => ({ ...key.jwk })) }
  }

  userInfo(user: MockUser): JsonObject & { readonly sub: string } {
    return cognitoClaims(user)
  }

  accessToken(user: MockUser, fault: FaultName | undefined, origin = newOrigin(this.#clock)): AccessToken {
    const { sub, username } = cognitoClaims(user)
    const [key] = this.#keys
    if (key === undefined) throw new Error('unreachable: there is no key')
    const issuedAt =
      fault === 'expired_access_token' ? this.#clock.seconds() - this.#lifetimeSeconds - 3600 : this.#clock.seconds()
    const claims = accessTokenClaims({
      sub: fault === 'wrong_subject' ? randomUUID() : sub,
      username,
      groups: user.groups ?? [],
      issuer: fault === 'wrong_issuer' ? wrongIssuer(this.issuer) : this.issuer,
      clientId: fault === 'wrong_client' ? 'anotherclient' : CLIENT_ID,
      now: issuedAt,
      lifetimeSeconds: this.#lifetimeSeconds,
    })
    // Nobody has signed in after a token was issued to them.
    const authTime = Math.min(origin.authTime, issuedAt)
    const token = signAccessToken(key, { ...claims, auth_time: authTime, origin_jti: origin.originJti })
    return { token, exp: issuedAt + this.#lifetimeSeconds, origin }
  }

  personTokens({
    user,
    clientId,
    scopes,
    nonce,
    origin = newOrigin(this.#clock),
  }: Parameters<UserPoolTokens['personTokens']>[0]) {
    const { sub, username, ...profile } = cognitoClaims(user)
    const now = this.#clock.seconds()
    const facts = { sub, username, groups: user.groups ?? [], scopes, issuer: this.issuer, clientId, now }
    const lifetimeSeconds = this.#lifetimeSeconds
    const ids = { auth_time: origin.authTime, origin_jti: origin.originJti }
    const access = { ...accessTokenClaims({ ...facts, lifetimeSeconds }), ...ids }
    const [, idKey] = this.#keys
    if (idKey === undefined) throw new Error('unreachable: there is no key')
    const idToken = {
      ...profile,
      ...ids,
      sub,
      'cognito:username': username,
      ...(facts.groups.length > 0 && { 'cognito:groups': facts.groups }),
      // The only claim about e-mail that is no string in an ID token.
      ...('email_verified' in profile && { email_verified: profile['email_verified'] === 'true' }),
      ...(nonce !== undefined && { nonce }),
      iss: this.issuer,
      aud: clientId,
      token_use: 'id',
      iat: now,
      exp: now + lifetimeSeconds,
      jti: randomUUID(),
    }
    return {
      ...this.#answer(access),
      ...(scopes.includes('openid') && { id_token: signAccessToken(idKey, idToken) }),
      origin,
    }
  }

  machineTokens({ clientId, scopes }: TokenRequest): TokenAnswer {
    const now = this.#clock.seconds()
    return this.#answer({
      sub: clientId,
      token_use: 'access',
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      auth_time: now,
      iss: this.issuer,
      exp: now + this.#lifetimeSeconds,
      iat: now,
      version: 2,
      jti: randomUUID(),
      client_id: clientId,
    })
  }

  #answer(claims: JsonObject): TokenAnswer {
    const [key] = this.#keys
    if (key === undefined) throw new Error('unreachable: there is no key')
    return { access_token: signAccessToken(key, claims), token_type: 'Bearer', expires_in: this.#lifetimeSeconds }
  }

  env(pool: string): Record<string, string> {
    return { COGNITO_AUTH_USER_POOL_ID: USER_POOL_ID, COGNITO_AUTH_DOMAIN: `${pool}/_local-alb` }
  }
}

/** Any other provider: real booleans and lists in userInfo, groups among them, an access token that means nothing. */
export class OidcProvider implements Provider {
  readonly issuer: string
  readonly userPool = undefined
  readonly jwks = { keys: [] }
  readonly idleFaults = { expired_access_token: OPAQUE, wrong_subject: OPAQUE }
  readonly #groupsClaim: string
  readonly #clock: Clock
  readonly #lifetimeSeconds: number

  constructor({ issuer = OIDC_ISSUER, groupsClaim = 'groups' }: OidcOptions, accessTokenSeconds: number, clock: Clock) {
    this.issuer = issuer
    this.#groupsClaim = groupsClaim
    this.#clock = clock
    this.#lifetimeSeconds = accessTokenSeconds
  }

  rotateKeys(): void {
    // Its access tokens are opaque: nothing of this provider is signed.
  }

  userInfo(user: MockUser): JsonObject & { readonly sub: string } {
    const { email_verified = true, groups = [], claims = {} } = user
    const verified = email_verified === null ? {} : { email_verified }
    const { username: _username, email_verified: _text, ...cognito } = cognitoClaims({ ...user, claims: {} })
    return { ...claims, ...cognito, sub: cognito.sub, ...verified, [this.#groupsClaim]: groups }
  }

  accessToken(_user: MockUser, _fault: FaultName | undefined, origin = newOrigin(this.#clock)): AccessToken {
    return { token: randomBytes(32).toString('base64url'), exp: this.#clock.seconds() + this.#lifetimeSeconds, origin }
  }

  env(): Record<string, string> {
    return { COGNITO_AUTH_ISSUER: this.issuer, COGNITO_AUTH_GROUPS_CLAIM: this.#groupsClaim }
  }
}

/** The provider that is asked for. */
export function createProvider(oidc: OidcOptions | undefined, accessTokenSeconds: number, clock: Clock): Provider {
  return oidc === undefined
    ? new CognitoProvider(accessTokenSeconds, clock)
    : new OidcProvider(oidc, accessTokenSeconds, clock)
}

/** Another issuer of the same kind. */
export function wrongIssuer(issuer: string): string {
  return issuer === COGNITO_ISSUER ? issuer.replace('LocalAlb1', 'SomebodyE') : 'https://idp.somebody-else.example'
}
