/**
 * The checks on a Cognito access token that is a request's only token, in order; those that need no key come first.
 *
 * @module
 */

import { InsufficientScopeError, InvalidTokenError } from '../../errors.js'
import type { Claims } from '../../user-type.js'
import {
  type AccessFacts,
  accessFacts,
  checkRegisteredClaims,
  checkTokenTimes,
  type UnverifiedAccessToken,
  withKeyId,
} from './access-token.js'
import type { BearerPolicy } from '../policy/bearer-options.js'
import { CompactJwsReader } from './compact-jws.js'
import type { IssuerPolicy } from '../policy/issuer.js'

/** What messages call it. */
export const BEARER_TOKEN = 'the bearer token'

const reader = new CompactJwsReader('RS256', 'refused', BEARER_TOKEN)

/**
 * Runs the checks that need no key, in the order of `docs/security.md`. Nothing is fetched for a token that does not pass.
 *
 * @throws {InvalidTokenError} `reason` says which check failed.
 * @throws {ExpiredTokenError} when "exp" has come.
 */
export function checkBearerToken(
  token: string,
  policy: BearerPolicy,
  issuers: IssuerPolicy,
  toleranceSeconds: number,
): UnverifiedAccessToken {
  const jws = reader.read(token)
  const facts = accessFacts(jws.unverifiedClaims)
  checkBearerClaims(facts, policy, issuers, toleranceSeconds)
  return withKeyId(jws, facts)
}

/**
 * Checks the claims against the configuration and the clock. Of a remembered token only the clock is asked again.
 *
 * @throws {InvalidTokenError} `issuer`, `token_use`, `client`, `claims` or `not_yet_valid`.
 * @throws {ExpiredTokenError} when "exp" has come.
 */
function checkBearerClaims(
  facts: AccessFacts,
  policy: BearerPolicy,
  issuers: IssuerPolicy,
  toleranceSeconds: number,
): void {
  issuers.checkBearerIssuer(facts.iss)
  // Before the client: an ID token has none, and says "id" here.
  if (facts.token_use !== 'access') {
    throw new InvalidTokenError('token_use', 'Invalid "token_use": the bearer token is not an access token')
  }
  const clientId = facts.client_id
  if (typeof clientId !== 'string' || !policy.clientIds.has(clientId)) {
    throw new InvalidTokenError(
      'client',
      'Unexpected "client_id": the app client of the bearer token is not in bearer.clientId',
    )
  }
  checkTokenTimes(facts, toleranceSeconds, BEARER_TOKEN)
}

/**
 * Checks what a token whose signature was verified is for: only such a token is told what it lacks.
 *
 * @throws {InvalidTokenError} `subject` without a "sub"; `audience`; `claims` for a registered claim of the wrong type.
 * @throws {InsufficientScopeError} where it lacks one of the scopes that are required.
 */
export function checkBearerPurpose(claims: Claims, policy: BearerPolicy): void {
  if (typeof claims['sub'] !== 'string' || claims['sub'] === '') {
    throw new InvalidTokenError('subject', `Missing "sub": ${BEARER_TOKEN}`)
  }
  const audiences: ReadonlySet<unknown> | undefined = policy.audiences
  if (audiences !== undefined && !audiencesOf(claims['aud']).some((one) => audiences.has(one))) {
    throw new InvalidTokenError('audience', 'Unexpected "aud": the bearer token is not for bearer.audience')
  }
  const { scope } = claims
  const scopes = typeof scope === 'string' ? scope.split(' ') : []
  if (!policy.scopes.every((one) => scopes.includes(one))) throw new InsufficientScopeError(policy.scopes)
  checkRegisteredClaims(claims, BEARER_TOKEN)
}

function audiencesOf(aud: unknown): readonly unknown[] {
  return Array.isArray(aud) ? aud : [aud]
}
