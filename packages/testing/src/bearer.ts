/**
 * Bearer tokens: access tokens of programs, and of people who use them.
 *
 * @module
 */

import type { JsonObject } from './sign.js'
import { accessTokenClaims, type TestUser, userInfoClaims } from './user.js'

/** Who sends a bearer token. With a `clientId` and no `sub`, `email` or `username`: a program with its client credentials. */
export interface TestClient extends TestUser {
  /** @default the test load balancer's client */
  readonly clientId?: string
}

/** What a bearer token is for. */
export interface BearerTokenOptions {
  /** "scope"; an empty list: none. @default the user's `scopes`, else `openid` for people and none for programs */
  readonly scopes?: readonly string[]
  /** "aud", which Cognito writes with resource binding only. @default none */
  readonly audience?: string | readonly string[]
  /** What is wrong with it. */
  readonly fault?: BearerFault
}

/**
 * A fault, and what it spoils:
 *
 * - `expired`: the token expired an hour ago;
 * - `not_yet_valid`: "nbf" and "iat" are an hour ahead;
 * - `bad_signature`: a byte of the signature is changed;
 * - `wrong_client`: of another app client of the same user pool;
 * - `wrong_issuer`: of another user pool;
 * - `unknown_key`: it names a key that was never published;
 * - `id_token`: the user's ID token in its place, really signed;
 * - `missing_subject`: really signed, without "sub".
 */
export type BearerFault = (typeof BEARER_FAULTS)[number]

/** All faults of bearer tokens. */
export const BEARER_FAULTS = [
  'expired',
  'not_yet_valid',
  'bad_signature',
  'wrong_client',
  'wrong_issuer',
  'unknown_key',
  'id_token',
  'missing_subject',
] as const

/** What the user pool adds. */
export interface BearerTokenFacts {
  readonly issuer: string
  readonly clientId: string
  /** Seconds since the epoch. */
  readonly now: number
  readonly lifetimeSeconds: number
}

function isProgram({ clientId, sub, email, username }: TestClient): boolean {
  return clientId !== undefined && (sub === undefined || sub === clientId) && !email && !username
}

/**
 * Claims of an access token as Cognito issues it to a program (client credentials: "sub" is the client, and there is no
 * `username`) or to a person.
 *
 * @throws {TypeError} for a property that users do not have.
 */
export function bearerTokenClaims(
  client: TestClient,
  options: BearerTokenOptions,
  facts: BearerTokenFacts,
): JsonObject {
  const isWholeUser = 'isAuthenticated' in client
  const { clientId = facts.clientId, ...user } = client
  const machine = isProgram(client)
  const { sub, username } = userInfoClaims(isWholeUser ? client : user)
  const claims = accessTokenClaims({
    sub: machine ? clientId : sub,
    username,
    groups: user.groups ?? [],
    scopes: options.scopes ?? user.scopes ?? (machine ? [] : ['openid']),
    issuer: facts.issuer,
    clientId,
    now: facts.now,
    lifetimeSeconds: facts.lifetimeSeconds,
  })
  const audience = options.audience === undefined ? {} : { aud: options.audience }
  return { ...claims, ...(machine && { username: undefined, origin_jti: undefined, event_id: undefined }), ...audience }
}

/** Claims of a user's ID token, which is no access token. */
export function idTokenClaims(client: TestClient, facts: BearerTokenFacts): JsonObject {
  const { clientId = facts.clientId, ...user } = client
  const { username, ...claims } = userInfoClaims('isAuthenticated' in client ? client : user)
  const { issuer, now, lifetimeSeconds } = facts
  const times = { auth_time: now, iat: now, exp: now + lifetimeSeconds }
  return { ...claims, 'cognito:username': username, iss: issuer, aud: clientId, token_use: 'id', ...times }
}
