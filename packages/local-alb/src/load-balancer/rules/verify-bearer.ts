/**
 * Rule action `jwt`, a load balancer's `jwt-validation`: the bearer token of a request, before it goes on as it is.
 *
 * Signature (RS256), "iss", "exp", "nbf" and "iat" where present, and claims where the rule names some. An ID token
 * passes, as on AWS: whether it is an access token, and whose, is for the app or for `claims` to say.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html Verify JWTs}
 * @module
 */

import type { JWTPayload } from 'jose'
import * as errors from 'jose/errors'
import { createLocalJWKSet } from 'jose/jwks/local'
import { jwtVerify } from 'jose/jwt/verify'
import type { ClaimChecks } from '../../options/rules.js'
import type { TokenIssuer } from '../../tokens/token-issuer.js'

/** One scheme, one space, one token (RFC 6750, section 2.1). */
const BEARER = /^Bearer ([^\s,]+)$/i

const invalid = (why: string): BearerRefusal => ({ why, errorReason: 'JWTClaimValueInvalid' })

/** What a claim has: a string is a list of words too, as "scope" is. */
function valuesOf(claim: unknown): readonly unknown[] {
  if (typeof claim === 'string') return [claim, ...claim.split(' ')]
  return Array.isArray(claim) ? claim : []
}

function missingClaim(payload: JWTPayload, claims: ClaimChecks): string | undefined {
  for (const [name, wanted] of Object.entries(claims)) {
    const values = Object.hasOwn(payload, name) ? valuesOf(payload[name]) : []
    if (![wanted].flat().every((value) => values.includes(value))) return name
  }
  return undefined
}

/** Why a token is rejected, for people, and in the words of AWS's access log. */
export interface BearerRefusal {
  readonly why: string
  readonly errorReason: string
}

/**
 * Verifies the bearer token of a request.
 *
 * @returns why it is rejected; `undefined` where it is accepted.
 */
export async function verifyBearer(
  [authorization, ...more]: readonly string[],
  { provider, clock }: TokenIssuer,
  claims: ClaimChecks = {},
): Promise<BearerRefusal | undefined> {
  if (authorization === undefined) return { why: 'no Authorization header', errorReason: 'JWTHeaderNotPresent' }
  if (more.length > 0) return { why: 'more than one Authorization header', errorReason: 'JWTRequestFormatInvalid' }
  const token = BEARER.exec(authorization)?.[1]
  if (token === undefined) return { why: 'Authorization is no bearer token', errorReason: 'JWTRequestFormatInvalid' }
  const keys = createLocalJWKSet({ keys: [...provider.jwks.keys] as never[] })
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: provider.issuer,
      algorithms: ['RS256'],
      requiredClaims: ['exp'],
      currentDate: new Date(clock.now()),
    })
    if (payload.iat !== undefined && payload.iat > clock.now() / 1000) return invalid('"iat" is in the future')
    const missing = missingClaim(payload, claims)
    return missing === undefined ? undefined : invalid(`the claim "${missing}" is not as the rule asks`)
  } catch (error) {
    if (error instanceof errors.JWTExpired) return invalid('"exp" has passed')
    if (error instanceof errors.JWTClaimValidationFailed) return invalid(`"${error.claim}" is not as expected`)
    if (error instanceof errors.JOSEError)
      return { why: `Invalid bearer token (${error.code})`, errorReason: 'JWTSignatureValidationError' }
    throw error
  }
}
