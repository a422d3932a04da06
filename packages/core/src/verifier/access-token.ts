/**
 * The checks on the Cognito access token, in order; those that need no key come first.
 *
 * @module
 */

import { ConfigurationError, InvalidTokenError } from '../errors.js'
import type { Claims } from '../user-type.js'
import { CompactJwsReader, type UnverifiedJws } from './compact-jws.js'
import type { IssuerPolicy } from './issuer.js'
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

/** A token that passed every check that needs no key. Nothing in it is verified yet. */
export interface UnverifiedAccessToken extends UnverifiedJws {
  readonly kid: string
  /** The token's own issuer, found to be the pool that the load balancer vouched for. */
  readonly issuer: string
}

const reader = new CompactJwsReader('RS256', 'refused')

/** Cognito's key ids are 44 characters; the limit keeps strangers from filling memory with long ones. */
const MAX_KID_LENGTH = 256

/**
 * Runs the checks that need no key: structure, "alg", "kid", then {@link checkAccessClaims}.
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
  const { unverifiedHeader, unverifiedClaims, signature, signingInput } = reader.read(token)
  const { kid } = unverifiedHeader
  checkAccessClaims(unverifiedClaims, expected, issuers, toleranceSeconds)
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID_LENGTH) {
    throw new InvalidTokenError('key_id', 'The access token names no key')
  }
  checkRegisteredClaims(unverifiedClaims)
  // Checked above to be a string; the compiler cannot know.
  const issuer = unverifiedClaims['iss'] as string
  return { unverifiedHeader, unverifiedClaims, signature, signingInput, kid, issuer }
}

/**
 * Checks the claims against the load balancer's token and the clock. Asked for each request, remembered token or not:
 * a stolen access token next to somebody else's load balancer token must not lend its groups.
 *
 * @throws {InvalidTokenError} `issuer`, `client`, `subject`, `token_use`, `claims` or `not_yet_valid`.
 * @throws {ExpiredTokenError} when "exp" has come.
 */
export function checkAccessClaims(
  claims: Claims,
  expected: ExpectedAccessToken,
  issuers: IssuerPolicy,
  toleranceSeconds: number,
): void {
  // Before anything is fetched: keys never come from an issuer that the load balancer did not vouch for.
  issuers.checkAccessIssuer(claims['iss'], expected.issuer)
  if (claims['client_id'] !== expected.clientId) {
    throw new InvalidTokenError('client', 'The two tokens are for different app clients')
  }
  if (claims['sub'] !== expected.sub) throw new InvalidTokenError('subject', 'The two tokens are of different users')
  if (claims['token_use'] !== 'access')
    throw new InvalidTokenError('token_use', 'The second token is not an access token')
  const now = nowSeconds()
  checkNotExpired(claims['exp'], toleranceSeconds, now)
  checkNotFuture(claims['nbf'], 'nbf', toleranceSeconds, now)
  checkNotFuture(claims['iat'], 'iat', toleranceSeconds, now)
}

/**
 * Checks what somebody else than this package expects: a claim that is missing must not match one that is missing, too.
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
 * Refuses claims of the wrong type that nothing here reads, but somebody's code behind us may: "aud", "jti" and
 * "scope" (RFC 7519 sections 4.1.3 and 4.1.7, RFC 8693 section 4.2). Cognito never signs such a token.
 *
 * @throws {InvalidTokenError} `claims`.
 */
function checkRegisteredClaims({ aud, jti, scope }: Claims): void {
  const isText = (value: unknown): boolean => value === undefined || typeof value === 'string'
  if (
    !isText(jti) ||
    !isText(scope) ||
    !(Array.isArray(aud) ? aud.every((one) => typeof one === 'string') : isText(aud))
  ) {
    throw new InvalidTokenError('claims', 'A registered claim of the access token is of the wrong type')
  }
}
