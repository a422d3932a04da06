/**
 * The load balancer's and the user pool's part in the tokens: keys, and the three headers of a request.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import {
  accessTokenClaims,
  type AlbKey,
  type CognitoKey,
  createAlbKey,
  createCognitoKey,
  type JsonObject,
  signAccessToken,
  signAlbToken,
  userInfoClaims,
} from '@cognito-auth/testing'
import type { FaultName } from './faults.js'
import type { MockUser } from './users.js'

/** Made-up names that cannot be mistaken for somebody's: account 000000000000. */
export const REGION = 'eu-west-2'
export const ALB_ARN = `arn:aws:elasticloadbalancing:${REGION}:000000000000:loadbalancer/app/local-alb/0123456789abcdef`
export const USER_POOL_ID = `${REGION}_LocalAlb1`
export const CLIENT_ID = 'localalbclient'
export const ISSUER = `https://cognito-idp.${REGION}.amazonaws.com/${USER_POOL_ID}`

/** Seconds that the load balancer's token is good for, as seen on AWS. */
const ALB_TOKEN_SECONDS = 120
const ACCESS_TOKEN_SECONDS = 3600
/** Claims and access token larger than this make the load balancer answer 500. */
export const MAX_CLAIMS_BYTES = 11 * 1024

/** The access token that a session holds, and until when. */
export interface AccessToken {
  readonly token: string
  /** Seconds since the epoch. */
  readonly exp: number
}

/** Names of the headers that the load balancer adds. */
export type OidcHeaders = Record<string, string>

const now = (): number => Math.floor(Date.now() / 1000)

function claimsOf(user: MockUser): ReturnType<typeof userInfoClaims> {
  const { email, sub, username, name, given_name, family_name, email_verified = true } = user
  return userInfoClaims({
    email,
    emailVerified: email_verified,
    ...(sub === undefined ? {} : { sub }),
    ...(username === undefined ? {} : { username }),
    ...(name === undefined ? {} : { name }),
    ...(given_name === undefined ? {} : { givenName: given_name }),
    ...(family_name === undefined ? {} : { familyName: family_name }),
  })
}

/** Signs tokens and publishes the keys for them. */
export class Identity {
  #albKeys: AlbKey[] = [createAlbKey()]
  #cognitoKeys: CognitoKey[] = [createCognitoKey(), createCognitoKey()]

  /** Signs with new keys from now on; the old ones stay published, as on AWS. */
  rotateKeys(): void {
    this.#albKeys = [createAlbKey(), ...this.#albKeys].slice(0, 10)
    this.#cognitoKeys = [createCognitoKey(), ...this.#cognitoKeys].slice(0, 10)
  }

  /** PEM of a published key. */
  pemOf(kid: string): string | undefined {
    return this.#albKeys.find((key) => key.kid === kid)?.pem
  }

  /** The user pool's JWKS (RFC 7517). */
  get jwks(): { readonly keys: readonly JsonObject[] } {
    return { keys: this.#cognitoKeys.map((key) => ({ ...key.jwk })) }
  }

  /** Signs an access token for a user. */
  accessToken(user: MockUser, fault: FaultName | undefined): AccessToken {
    const { sub, username } = claimsOf(user)
    const [key] = this.#cognitoKeys
    if (key === undefined) throw new Error('There is always a key')
    const issuedAt = now()
    const claims = accessTokenClaims({
      sub: fault === 'wrong_subject' ? randomUUID() : sub,
      username,
      groups: user.groups ?? [],
      issuer: ISSUER,
      clientId: fault === 'wrong_client' ? 'anotherclient' : CLIENT_ID,
      now: issuedAt,
      lifetimeSeconds: ACCESS_TOKEN_SECONDS,
    })
    return { token: signAccessToken(key, claims), exp: issuedAt + ACCESS_TOKEN_SECONDS }
  }

  /** The three headers of one request: a fresh token, as the load balancer makes one for each. */
  headersFor(user: MockUser, accessToken: string, fault: FaultName | undefined): OidcHeaders {
    const [key] = this.#albKeys
    if (key === undefined) throw new Error('There is always a key')
    const claims = claimsOf(fault === 'unverified_email' ? { ...user, email_verified: false } : user)
    const exp = fault === 'expired' ? now() - 3600 : now() + ALB_TOKEN_SECONDS
    const header = {
      typ: 'JWT',
      kid: key.kid,
      alg: 'ES256',
      iss: ISSUER,
      client: fault === 'wrong_client' ? 'anotherclient' : CLIENT_ID,
      signer: fault === 'wrong_signer' ? ALB_ARN.replace('local-alb', 'somebody-elses') : ALB_ARN,
      exp,
    }
    const padding = fault === 'oversized' ? { 'custom:padding': 'x'.repeat(MAX_CLAIMS_BYTES) } : {}
    const token = signAlbToken(key, header, { ...claims, ...padding, exp, iss: ISSUER })
    const headers: OidcHeaders = {
      'x-amzn-oidc-accesstoken': accessToken,
      'x-amzn-oidc-identity': claims.sub,
      'x-amzn-oidc-data': fault === 'bad_signature' ? withBadSignature(token) : token,
    }
    if (fault === 'missing_data') delete headers['x-amzn-oidc-data']
    if (fault === 'missing_access_token') delete headers['x-amzn-oidc-accesstoken']
    return headers
  }
}

function withBadSignature(token: string): string {
  const at = token.lastIndexOf('.') + 40
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}
