/**
 * The load balancer's part in the tokens: its keys, and the three headers of a request.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import { type AlbKey, createAlbKey } from '@cognito-auth/testing'
import type { FaultName } from '../options/faults.js'
import type { Clock } from './clock.js'
import { type AccessToken, CLIENT_ID, type Provider, REGION, wrongIssuer } from './provider.js'
import { signWithFault } from './token-faults.js'
import type { MockUser } from '../options/users.js'

/** A load balancer of account 000000000000. */
export const ALB_ARN = `arn:aws:elasticloadbalancing:${REGION}:000000000000:loadbalancer/app/local-alb/0123456789abcdef`
/** Claims and access token larger than this make the load balancer answer 500. */
export const MAX_CLAIMS_BYTES = 11 * 1024
/** How many keys stay published. */
const MOST_KEYS = 100
/** Faults that spoil the access token, of one request only: the session keeps a good one. */
const ACCESS_FAULTS: readonly (FaultName | undefined)[] = [
  'wrong_subject',
  'wrong_client',
  'wrong_issuer',
  'expired_access_token',
]

/** Headers that the load balancer adds. Two values are two header lines. */
export type OidcHeaders = Record<string, string | string[]>

/** Signs tokens and publishes the keys for them. */
export class TokenIssuer {
  readonly provider: Provider
  readonly clock: Clock
  readonly #tokenSeconds: number
  #keys: AlbKey[] = [createAlbKey()]

  constructor(provider: Provider, tokenSeconds: number, clock: Clock) {
    this.provider = provider
    this.clock = clock
    this.#tokenSeconds = tokenSeconds
  }

  /** Signs with new keys from now on; the old ones stay published, as on AWS. */
  rotateKeys(): void {
    this.#rotateAlbKey()
    this.provider.rotateKeys()
  }

  #rotateAlbKey(): void {
    this.#keys = [createAlbKey(), ...this.#keys].slice(0, MOST_KEYS)
  }

  /** Ids of published keys, the one that signs first. */
  get kids(): readonly string[] {
    return this.#keys.map(({ kid }) => kid)
  }

  /** PEM of a published key. */
  pemOf(kid: string): string | undefined {
    return this.#keys.find((key) => key.kid === kid)?.pem
  }

  /** Claims of a user as the load balancer got them from the provider. */
  claimsOf(user: MockUser, fault: FaultName | undefined): ReturnType<Provider['userInfo']> {
    const claims = this.provider.userInfo(fault === 'unverified_email' ? { ...user, email_verified: false } : user)
    return fault === 'oversized' ? { ...claims, 'custom:padding': 'x'.repeat(MAX_CLAIMS_BYTES) } : claims
  }

  /** Bytes of claims and access token, which a load balancer limits to {@link MAX_CLAIMS_BYTES}. */
  sizeOf(user: MockUser, accessToken: AccessToken, fault: FaultName | undefined): number {
    return Buffer.byteLength(JSON.stringify(this.claimsOf(user, fault))) + accessToken.token.length
  }

  /** The three headers of one request: a fresh token, as the load balancer makes one for each. */
  headersFor(user: MockUser, accessToken: AccessToken, fault: FaultName | undefined): OidcHeaders {
    if (fault === 'key_rotation') this.#rotateAlbKey()
    const [key] = this.#keys
    if (key === undefined) throw new Error('unreachable: there is no key')
    const access = ACCESS_FAULTS.includes(fault)
      ? this.provider.accessToken(user, fault, accessToken.origin)
      : accessToken
    const claims = this.claimsOf(user, fault)
    const exp = fault === 'expired' ? this.clock.seconds() - 3600 : this.clock.seconds() + this.#tokenSeconds
    const iss = fault === 'wrong_issuer' ? wrongIssuer(this.provider.issuer) : this.provider.issuer
    const header = {
      typ: 'JWT',
      kid: key.kid,
      alg: 'ES256',
      iss,
      client: fault === 'wrong_client' ? 'anotherclient' : CLIENT_ID,
      signer: fault === 'wrong_signer' ? ALB_ARN.replace('local-alb', 'somebody-elses') : ALB_ARN,
      exp,
    }
    const token = signWithFault(key, header, { ...claims, exp, iss }, fault)
    const headers: OidcHeaders = {
      'x-amzn-oidc-accesstoken': access.token,
      'x-amzn-oidc-identity': fault === 'wrong_identity' ? randomUUID() : claims.sub,
      'x-amzn-oidc-data': fault === 'duplicate_data' ? [token, token] : token,
    }
    if (fault === 'missing_headers') return {}
    if (fault === 'missing_data') delete headers['x-amzn-oidc-data']
    if (fault === 'missing_access_token') delete headers['x-amzn-oidc-accesstoken']
    return headers
  }
}
