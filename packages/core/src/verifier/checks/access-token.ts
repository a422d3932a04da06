/**
 * The checks on the Cognito access token, in order; those that need no key come first.
 *
 * @module
 */

import { ConfigurationError, InvalidTokenError } from '../../errors.js'
import { ACCESS_TOKEN_HEADER } from '../../headers.js'
import type { Claims } from '../../user-type.js'
import { CompactJwsReader, type UnverifiedJws } from './compact-jws.js'
import type { IssuerPolicy } from '../policy/issuer.js'
import { checkNotExpired, checkNotFuture, nowSeconds } from './times.js'

/** What the verified load balancer token says, and the access token must agree with. */
export interface ExpectedAccessToken {
  /** "iss" of the load balancer's token. */
  readonly issuer: string
  /** `client` of the load balancer's token. */
  readonly clientId: string
  /** "sub" of the load balancer's token. */
  readonly sub: string
}

/**
 * The claims that are read, verified or not: in an object of one shape, from which V8 reads them many times as fast as from frozen
 * claims.
 */
export interface AccessFacts {
  readonly iss: unknown
  readonly client_id: unknown
  readonly sub: unknown
  readonly token_use: unknown
  readonly exp: unknown
  readonly nbf: unknown
  readonly iat: unknown
  readonly username: unknown
  readonly scope: unknown
  readonly groups: unknown
}

/** Picks what is read. */
export function accessFacts(claims: Claims): AccessFacts {
  const { iss, client_id, sub, token_use, exp, nbf, iat, username, scope, 'cognito:groups': groups } = claims
  return { iss, client_id, sub, token_use, exp, nbf, iat, username, scope, groups }
}

/** A token that passed every check that needs no key. Nothing in it is verified yet. */
export interface UnverifiedAccessToken extends UnverifiedJws {
  readonly facts: AccessFacts
  readonly kid: string
  /** The token's own issuer, found to be the pool that the load balancer vouched for. */
  readonly issuer: string
}

const reader = new CompactJwsReader('RS256', 'refused', ACCESS_TOKEN_HEADER)

/** Cognito's key ids are 44 characters; the limit keeps strangers from filling memory with long ones. */
const MAX_KID_LENGTH = 256

/**
 * Runs the checks that need no key, in the order of `docs/security.md`.
 *
 * @throws {InvalidTokenError} `reason` says which check failed.
 * @throws {ExpiredTokenError} when "exp" has come.
 * @see {@link https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html Verifying a JSON Web Token}
 */
export function checkAccessToken(
  token: string,
  expected: ExpectedAccessToken,
  issuers: IssuerPolicy,
  toleranceSeconds: number,
): UnverifiedAccessToken {
  const jws = reader.read(token)
  const facts = accessFacts(jws.unverifiedClaims)
  checkAccessClaims(facts, expected, issuers, toleranceSeconds)
  const unverified = withKeyId(jws, facts)
  checkRegisteredClaims(jws.unverifiedClaims, ACCESS_TOKEN_HEADER)
  return unverified
}

/**
 * What names the key of a token, whose "iss" was found to be a string. Written out: spreading is a measurable part of a token that was
 * never seen.
 *
 * @throws {InvalidTokenError} `key_id` when it cannot be the id of a Cognito key.
 */
export function withKeyId(
  { unverifiedHeader, headerBytes, unverifiedClaims, signature, signingInput }: UnverifiedJws,
  facts: AccessFacts,
): UnverifiedAccessToken {
  const kid = checkKid(unverifiedHeader['kid'])
  const issuer = facts.iss as string
  return { unverifiedHeader, headerBytes, unverifiedClaims, signature, signingInput, facts, kid, issuer }
}

/**
 * Checks the claims against the load balancer's token and the clock. Asked for each request, remembered token or not:
 * a stolen access token next to another user's user claims token must not lend its groups.
 *
 * @throws {InvalidTokenError} `issuer`, `client`, `subject`, `token_use`, `claims` or `not_yet_valid`.
 * @throws {ExpiredTokenError} when "exp" has come.
 */
export function checkAccessClaims(
  facts: AccessFacts,
  expected: ExpectedAccessToken,
  issuers: IssuerPolicy,
  toleranceSeconds: number,
): void {
  // Before anything is fetched: keys never come from an issuer that the load balancer did not vouch for.
  issuers.checkAccessIssuer(facts.iss, expected.issuer)
  if (facts.client_id !== expected.clientId) {
    throw new InvalidTokenError(
      'client',
      `Unexpected "client_id": ${ACCESS_TOKEN_HEADER} is of another app client than x-amzn-oidc-data`,
    )
  }
  if (facts.sub !== expected.sub) {
    throw new InvalidTokenError(
      'subject',
      `"sub" mismatch: x-amzn-oidc-data and ${ACCESS_TOKEN_HEADER} belong to different users`,
    )
  }
  if (facts.token_use !== 'access') {
    throw new InvalidTokenError('token_use', `Invalid "token_use": ${ACCESS_TOKEN_HEADER} is not an access token`)
  }
  checkTokenTimes(facts, toleranceSeconds, ACCESS_TOKEN_HEADER)
}

/**
 * Checks "exp", "nbf" and "iat" of an access token.
 *
 * @param what The token, for messages.
 * @throws {InvalidTokenError} `claims` or `not_yet_valid`.
 * @throws {ExpiredTokenError} when "exp" has come.
 */
export function checkTokenTimes({ exp, nbf, iat }: AccessFacts, toleranceSeconds: number, what: string): void {
  const now = nowSeconds()
  checkNotExpired(exp, toleranceSeconds, what, now)
  checkNotFuture(nbf, 'nbf', toleranceSeconds, what, now)
  checkNotFuture(iat, 'iat', toleranceSeconds, what, now)
}

/** @throws {InvalidTokenError} `key_id` when it cannot be the id of a Cognito key. */
function checkKid(kid: unknown): string {
  if (typeof kid === 'string' && kid !== '' && kid.length <= MAX_KID_LENGTH) return kid
  throw new InvalidTokenError('key_id', 'Missing or invalid "kid": access token')
}

/**
 * Checks what a caller expects: a claim that is missing must not match one that is missing, too.
 *
 * @throws {ConfigurationError} when one of the three is missing.
 */
export function checkExpected(expected: ExpectedAccessToken): void {
  const given: Partial<Record<keyof ExpectedAccessToken, unknown>> | undefined = expected
  for (const name of ['issuer', 'clientId', 'sub'] as const) {
    const value = given?.[name]
    if (typeof value !== 'string' || value === '') {
      throw new ConfigurationError(`verifyAccessToken() needs the ${name} of the verified load balancer token`)
    }
  }
}

/**
 * Refuses claims of the wrong type that nothing here reads, but an app's code may: "aud", "jti" and
 * "scope" (RFC 7519 sections 4.1.3 and 4.1.7, RFC 8693 section 4.2). Cognito never signs such a token.
 *
 * @throws {InvalidTokenError} `claims`.
 */
export function checkRegisteredClaims(claims: Claims, what: string): void {
  const isString = (value: unknown): boolean => value === undefined || typeof value === 'string'
  const { aud } = claims
  const wrong = ['jti', 'scope'].find((name) => !isString(claims[name]))
  if (wrong !== undefined) throw new InvalidTokenError('claims', `Invalid "${wrong}": must be a string: ${what}`)
  if (!(Array.isArray(aud) ? aud.every((one) => typeof one === 'string') : isString(aud))) {
    throw new InvalidTokenError('claims', `Invalid "aud": must be a string or a list of strings: ${what}`)
  }
}
