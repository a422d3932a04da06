/**
 * A signed statement of who the user is, for apps that verify it: plain headers are believed by whoever can reach the app.
 *
 * @module
 */

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { ConfigurationError, type User } from '@cognito-auth/core'
import type { JWK } from 'jose'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { SignJWT } from 'jose/jwt/sign'
import { exportJWK } from 'jose/key/export'

/** How long an assertion holds. An app reads it at once. */
const LIFETIME_SECONDS = 60
/** Servers that take 8 KiB in one line refuse the request otherwise, and an assertion with a part of the groups would lie. */
const MAX_BYTES = 8 * 1024

/** What an assertion says besides the user. */
export interface AssertionOptions {
  /** `aud`: the app that it is for. */
  readonly audience: string
  /** `iss`. @default the gateway's URL */
  readonly issuer?: string
  /** Name of its header. @default 'X-Cognito-Auth-Assertion' */
  readonly name?: string
  /** P-256 key in PEM, the same for all replicas. @default made at start */
  readonly privateKey?: string
}

function readKey(pem: string | undefined): KeyObject {
  if (pem === undefined) return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
  } catch {
    // What OpenSSL says of it may show a part of the key.
  }
  throw new ConfigurationError('assertion.privateKey must be a P-256 private key in PEM, not encrypted')
}

/** Signs assertions with one key. */
export class AssertionSigner {
  readonly #key: KeyObject
  readonly #kid: string
  readonly #options: AssertionOptions
  /** The public key, as a JWK set. */
  readonly jwks: string

  private constructor(options: AssertionOptions, key: KeyObject, jwk: JWK, kid: string) {
    this.#options = options
    this.#key = key
    this.#kid = kid
    this.jwks = JSON.stringify({ keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] })
  }

  /** @throws {ConfigurationError} when the key is not one. */
  static async create(options: AssertionOptions): Promise<AssertionSigner> {
    const key = readKey(options.privateKey)
    const jwk = await exportJWK(createPublicKey(key))
    return new AssertionSigner(options, key, jwk, await calculateJwkThumbprint(jwk))
  }

  /**
   * Signs who the user is.
   *
   * @param issuer where none is configured.
   * @returns `undefined` where it would be too long: the groups are in it whole, or it is left out.
   */
  async sign(user: User, issuer: string): Promise<string | undefined> {
    const { sub, email, groups, name } = user
    const now = Math.floor(Date.now() / 1000)
    const expiry = user.expiresAt === null ? Infinity : Math.floor(user.expiresAt.getTime() / 1000)
    const assertion = await new SignJWT({ email, groups: [...groups], name })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: this.#kid })
      .setIssuer(this.#options.issuer ?? issuer)
      .setAudience(this.#options.audience)
      .setSubject(sub)
      .setIssuedAt(now)
      .setExpirationTime(Math.min(now + LIFETIME_SECONDS, expiry))
      .sign(this.#key)
    return assertion.length > MAX_BYTES ? undefined : assertion
  }
}
