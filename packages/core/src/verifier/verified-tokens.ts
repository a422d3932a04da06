/**
 * Remembers tokens whose signature held, so that the next request with the same token does not pay for it again.
 *
 * Safe by construction: only successes; keyed by a digest of the whole token, never of a part of it; used only while
 * the very key that verified it still serves. What depends on the time or on another token is checked every time.
 *
 * @module
 */

import { hash, type KeyObject } from 'node:crypto'
import { BoundedMap } from '../lib/bounded-map.js'
import { nowSeconds } from './times.js'

interface Remembered<Token> {
  readonly token: Token
  readonly key: KeyObject
  /** "exp", in seconds since 1970: after it, what is remembered is of no use. */
  readonly exp: number
}

/** A bounded memory of verified tokens of one kind. */
export class VerifiedTokens<Token> {
  readonly #tokens: BoundedMap<Remembered<Token>>
  readonly #limit: number

  constructor(limit: number) {
    this.#tokens = new BoundedMap(limit)
    this.#limit = limit
  }

  /** Where a token is remembered: a SHA-256 of all of it, a byte a character. `''` where nothing is remembered. */
  digest(token: string): string {
    return this.#limit === 0 ? '' : hash('sha256', token, 'binary')
  }

  /** What was verified under this digest, whoever's key it was: see {@link isCurrent}. */
  get(digest: string): Remembered<Token> | undefined {
    return this.#limit === 0 ? undefined : this.#tokens.get(digest)
  }

  /** Remembers a token, and forgets up to two that have expired: each request of a load balancer may bring a new one. */
  set(digest: string, token: Token, key: KeyObject, exp: number): void {
    const now = nowSeconds()
    for (let tries = 0; tries < 2; tries += 1) this.#tokens.dropOldestIf((oldest) => oldest.exp < now)
    this.#tokens.set(digest, { token, key, exp })
  }

  /** How many are remembered. */
  get size(): number {
    return this.#tokens.size
  }

  clear(): void {
    this.#tokens.clear()
  }
}
