/**
 * A user pool's public keys: its JWKS (RFC 7517), and one RSA key out of it.
 *
 * @module
 */

import { KeyObject } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'
// From where they are defined: all of jose takes twice as long to load as the parts that are used.
import { JWKSNoMatchingKey } from 'jose/errors'
import { createLocalJWKSet } from 'jose/jwks/local'
import { BoundedMap } from '../lib/memory/bounded-map.js'
import { parseJsonObject } from '../claims.js'
import { InvalidTokenError, KeysUnavailableError } from '../errors.js'
import { fetchText } from './fetch-text.js'
import { KeyCache } from './key-cache.js'

const MAX_ISSUERS = 100
/** An unknown key id makes the JWKS be fetched again, at most this often. */
const UNKNOWN_KID_MS = 10_000
/** RFC 7518 section 3.3: a key of 2048 bits or larger must be used. */
const MIN_MODULUS_BITS = 2048

/** One fetched key set; keys are imported when they are first asked for. */
class KeySet {
  readonly #keys = new Map<string, KeyObject>()
  /** Keys of the set before this one: an unchanged key stays the same object, and tokens verified with it stay so. */
  readonly #before: ReadonlyMap<string, KeyObject>
  readonly #choose: ReturnType<typeof createLocalJWKSet>
  /** Ids of all members, usable or not. */
  readonly #kids: ReadonlySet<unknown>

  constructor(text: string, previous: KeySet | undefined) {
    this.#before = previous === undefined ? new Map() : previous.#keys
    try {
      // jose checks that it is a key set; a copy, because it expects to own what it is given.
      const jwks = structuredClone(parseJsonObject(Buffer.from(text))) as unknown as JSONWebKeySet
      this.#choose = createLocalJWKSet(jwks)
      this.#kids = new Set(jwks.keys.map((member) => member.kid))
    } catch (cause) {
      throw new KeysUnavailableError('Unusable JWKS of the user pool: must be a JSON Web Key Set', { cause })
    }
  }

  peek(kid: string): KeyObject | undefined {
    return this.#keys.get(kid)
  }

  /** The key of that id; `undefined` when the set has none. */
  async find(kid: string): Promise<KeyObject | undefined> {
    const known = this.#keys.get(kid)
    if (known !== undefined) return known
    let key: KeyObject
    try {
      key = KeyObject.from(await this.#choose({ alg: 'RS256', kid }))
    } catch (cause) {
      if (cause instanceof JWKSNoMatchingKey && !this.#kids.has(kid)) return undefined
      throw new KeysUnavailableError('Unusable key in the JWKS of the user pool: must be for RS256', { cause })
    }
    if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_MODULUS_BITS) {
      throw new KeysUnavailableError(
        `Unusable key in the JWKS of the user pool: RSA keys must have at least ${MIN_MODULUS_BITS} bits`,
      )
    }
    const before = this.#before.get(kid)
    const kept = before?.equals(key) === true ? before : key
    this.#keys.set(kid, kept)
    return kept
  }
}

/** When an unknown key id last made a JWKS be fetched again, and whether that failed. */
interface LastRefetch {
  readonly at: number
  failure: KeysUnavailableError | undefined
}

/** Public keys of user pools, by JWKS URL. */
export class CognitoKeys {
  readonly #cache: KeyCache<KeySet>
  #lastRefetch = new BoundedMap<LastRefetch>(MAX_ISSUERS)

  constructor(options: { readonly ttlSeconds: number; readonly fetch: typeof globalThis.fetch }) {
    this.#cache = new KeyCache({
      source: 'jwks',
      ttlSeconds: options.ttlSeconds,
      limit: MAX_ISSUERS,
      // Issuers are pinned, or vouched for by a load balancer: strangers do not choose them.
      budgeted: false,
      load: async (url, previous) => new KeySet(await fetchText(url, options.fetch), previous),
    })
  }

  /** The key if it is fresh and remembered. */
  peek(url: string, kid: string): KeyObject | undefined {
    return this.#cache.peek(url)?.peek(kid)
  }

  /**
   * The key of that id. An unknown id makes the JWKS be fetched again, at most once per 10 s.
   *
   * @throws {InvalidTokenError} `key_not_found`.
   * @throws {KeysUnavailableError} when the JWKS, or a newer one that might have the key, cannot be fetched.
   */
  async get(url: string, kid: string): Promise<KeyObject> {
    const known = await (await this.#cache.get(url)).find(kid)
    if (known !== undefined) return known
    const key = await (await this.#refetch(url)).find(kid)
    if (key !== undefined) return key
    throw new InvalidTokenError('key_not_found', 'Unknown "kid": no such key in the JWKS of the user pool')
  }

  /** Fetches the JWKS now, so that the first request does not wait for it. */
  async warmUp(url: string): Promise<void> {
    await this.#cache.get(url)
  }

  clear(): void {
    this.#cache.clear()
    this.#lastRefetch.clear()
  }

  async #refetch(url: string): Promise<KeySet> {
    const underWay = this.#cache.pending(url)
    if (underWay !== undefined) return await underWay
    const last = this.#lastRefetch.get(url)
    const sinceLast = last === undefined ? Infinity : Date.now() - last.at
    if (last !== undefined && sinceLast >= 0 && sinceLast < UNKNOWN_KID_MS) {
      // Whether the key exists is not known while AWS is out of reach: not the user's fault.
      if (last.failure !== undefined) throw last.failure
      return await this.#cache.get(url)
    }
    const refetch: LastRefetch = { at: Date.now(), failure: undefined }
    this.#lastRefetch.set(url, refetch)
    try {
      return await this.#cache.refresh(url)
    } catch (error) {
      if (error instanceof KeysUnavailableError) refetch.failure = error
      throw error
    }
  }
}
