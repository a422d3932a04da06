/**
 * The checks on the load balancer's token, in order; those that need no key come first.
 *
 * @module
 */

import { InvalidTokenError } from '../../errors.js'
import { memoLast } from '../../lib/memory/memo-last.js'
import { OIDC_DATA_HEADER } from '../../headers.js'
import type { Claims, JwsHeader } from '../../user-type.js'
import { CompactJwsReader, type UnverifiedJws } from './compact-jws.js'
import type { IssuerPolicy } from '../policy/issuer.js'
import { isEs256Signature } from './signature.js'
import type { SignerPolicy } from '../policy/signer.js'
import { checkNotExpired, checkNotFuture, nowSeconds } from './times.js'

/** What a load balancer's token must match. */
export interface AlbTokenPolicy {
  readonly signers: SignerPolicy
  /** Accepted app clients; `undefined` accepts any client of the load balancer. */
  readonly clientIds: ReadonlySet<string> | undefined
  readonly issuers: IssuerPolicy
  readonly clockToleranceSeconds: number
}

/** A load balancer's token whose signature held. */
export interface AlbToken {
  readonly header: JwsHeader
  readonly claims: Claims
}

/**
 * What is read of a token, verified or not: in an object of one shape, from which V8 reads it many times as fast as from frozen
 * claims.
 */
export interface AlbFacts {
  readonly headerExp: unknown
  readonly headerIss: unknown
  readonly client: unknown
  readonly exp: unknown
  readonly nbf: unknown
  readonly iss: unknown
  readonly sub: unknown
  readonly username: unknown
  readonly email: unknown
  readonly email_verified: unknown
  readonly name: unknown
  readonly given_name: unknown
  readonly family_name: unknown
}

/** Picks what is read. */
export function albFacts(header: JwsHeader, claims: Claims): AlbFacts {
  const { exp: headerExp, iss: headerIss, client } = header
  const { exp, nbf, iss, sub, username, email, email_verified, name, given_name, family_name } = claims
  return {
    headerExp,
    headerIss,
    client,
    exp,
    nbf,
    iss,
    sub,
    username,
    email,
    email_verified,
    name,
    given_name,
    family_name,
  }
}

/** A token that passed every check that needs no key. Nothing in it is verified yet. */
export interface UnverifiedAlbToken extends UnverifiedJws {
  /** Where its key is: in the load balancer's region, from configuration, never from the token; last comes "kid", a UUID. */
  readonly keyUrl: string
  readonly facts: AlbFacts
}

const reader = new CompactJwsReader('ES256', 'allowed', OIDC_DATA_HEADER)

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Where the key of an id is: `keyUrls(base)(kid)`. The same is asked for weeks; written anew, it would be hashed for each token.
 *
 * @throws {InvalidTokenError} `key_id`: a "kid" that is a path, say, would make a URL of a stranger's choice.
 */
const keyUrls = memoLast((base: string) =>
  memoLast((kid: unknown): string => {
    if (typeof kid !== 'string' || !UUID.test(kid)) {
      throw new InvalidTokenError('key_id', `Invalid "kid": must be a UUID: ${OIDC_DATA_HEADER}`)
    }
    return `${base}/${kid}`
  }),
)

/**
 * Runs the checks that need no key, in the order of `docs/security.md`. A check that depends on the time or on the other
 * token also belongs into what is asked of a remembered token: {@link checkAlbTimes}.
 *
 * Nothing is fetched for a token that does not pass: a stranger cannot make the app call AWS with it.
 *
 * @throws {InvalidTokenError} `reason` says which check failed.
 * @throws {ExpiredTokenError} when "exp" in the header, or in the payload, has come.
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding Verifying user claims}
 */
export function checkAlbToken(token: string, policy: AlbTokenPolicy): UnverifiedAlbToken {
  const { unverifiedHeader, headerBytes, unverifiedClaims, signature, signingInput } = reader.read(token)
  const { signer, client, iss, kid } = unverifiedHeader
  // ALBeast: everybody's load balancers sign with the same regional keys; only `signer` tells ours from theirs.
  const keysBase = policy.signers.keysBase(signer)
  if (typeof client !== 'string' || client === '' || policy.clientIds?.has(client) === false) {
    throw new InvalidTokenError(
      'client',
      `Unexpected "client": ${OIDC_DATA_HEADER} is of another app client than clientId`,
    )
  }
  policy.issuers.checkAlbIssuer(iss)
  const keyUrl = keyUrls(keysBase)(kid)
  const facts = albFacts(unverifiedHeader, unverifiedClaims)
  checkAlbTimes(facts, policy.clockToleranceSeconds)
  if (!isEs256Signature(signature)) throw badSignature(OIDC_DATA_HEADER)
  return { unverifiedHeader, headerBytes, unverifiedClaims, signature, signingInput, keyUrl, facts }
}

/** Times of a token, verified or not; asked again each time a remembered token is used. */
export function checkAlbTimes({ headerExp, exp, nbf }: AlbFacts, toleranceSeconds: number): void {
  const now = nowSeconds()
  checkNotExpired(headerExp, toleranceSeconds, OIDC_DATA_HEADER, now)
  if (exp !== undefined) checkNotExpired(exp, toleranceSeconds, OIDC_DATA_HEADER, now)
  checkNotFuture(nbf, 'nbf', toleranceSeconds, OIDC_DATA_HEADER, now)
}

/**
 * Runs the checks on claims whose signature held.
 *
 * @throws {InvalidTokenError} `issuer` when "iss" of payload and header differ; `subject` without a "sub".
 */
export function checkAlbClaims({ headerIss, iss, sub }: AlbFacts): void {
  if (iss !== undefined && iss !== headerIss) {
    throw new InvalidTokenError(
      'issuer',
      `"iss" mismatch: header and payload of ${OIDC_DATA_HEADER} name different issuers`,
    )
  }
  if (typeof sub !== 'string' || sub === '') {
    throw new InvalidTokenError('subject', `Missing "sub": ${OIDC_DATA_HEADER}`)
  }
}

/** The error for every invalid signature: what is wrong with it is not told. */
export function badSignature(what: string): InvalidTokenError {
  return new InvalidTokenError('signature', `Invalid signature: ${what}`)
}
