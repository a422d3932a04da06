/**
 * Signing keys as AWS has them: P-256 for load balancers, RSA for user pools.
 *
 * @module
 */

import { generateKeyPairSync, type JsonWebKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto'

/** A load balancer's signing key. */
export interface AlbKey {
  /** A lower-case UUID. */
  readonly kid: string
  readonly privateKey: KeyObject
  /** SPKI PEM, P-256, as AWS publishes it. */
  readonly pem: string
}

/** A user pool's signing key. */
export interface CognitoKey {
  /** 44 characters of base64, as Cognito's key ids are. */
  readonly kid: string
  readonly privateKey: KeyObject
  /** As it stands in the JWKS (RFC 7517). */
  readonly jwk: JsonWebKey & { readonly kid: string; readonly alg: 'RS256'; readonly use: 'sig' }
}

/** Makes a load balancer's key pair. */
export function createAlbKey(): AlbKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { kid: randomUUID(), privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() }
}

/** Makes a user pool's key pair: RSA, 2048 bits. */
export function createCognitoKey(): CognitoKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = randomBytes(32).toString('base64')
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } }
}
