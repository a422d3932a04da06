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

/** What is remembered of a token. */
export interface RememberedToken {
  /** About what it takes in memory, claims and all. */
  readonly bytes: number
}

interface Remembered<Token> {
  readonly token: Token
  readonly key: KeyObject
  /** "exp", in seconds since 1970: after it, what is remembered is of no use. */
  readonly exp: number
}

/** How much the memories of one verifier may take. */
export interface TokenMemoryLimits {
  /** Tokens of each kind. */
  readonly tokens: number
  /** Bytes of all together. */
  readonly bytes: number
}

/** The memories of one verifier, one for each kind of token, which have a limit in bytes together. */
export class TokenMemory {
  readonly #limits: TokenMemoryLimits
  readonly #kinds: { readonly tokens: VerifiedTokens<RememberedToken>; readonly share: number }[] = []

  constructor(limits: TokenMemoryLimits) {
    this.#limits = limits
  }

  /**
   * Makes the memory of another kind of token.
   *
   * @param share Of the bytes, beside those of other kinds where these want theirs: new tokens of one kind must not push out
   * all of another.
   */
  kind<Token extends RememberedToken>(share: number): VerifiedTokens<Token> {
    const { tokens, bytes } = this.#limits
    const kind = new VerifiedTokens<Token>(bytes === 0 ? 0 : tokens, () => this.#shrink())
    this.#kinds.push({ tokens: kind, share })
    return kind
  }

  /** Forgets all tokens. */
  clear(): void {
    for (const { tokens } of this.#kinds) tokens.clear()
  }

  /** Takes from the kind that has most of its share. */
  #shrink(): void {
    while (this.#kinds.reduce((sum, { tokens }) => sum + tokens.bytes, 0) > this.#limits.bytes) {
      const [most] = this.#kinds.toSorted((a, b) => b.tokens.bytes / b.share - a.tokens.bytes / a.share)
      most?.tokens.dropOldest()
    }
  }
}

/** A bounded memory of verified tokens of one kind. */
export class VerifiedTokens<Token extends RememberedToken> {
  readonly #tokens: BoundedMap<Remembered<Token>>
  readonly #limit: number
  readonly #onGrown: () => void

  constructor(limit: number, onGrown: () => void) {
    this.#tokens = new BoundedMap(limit)
    this.#limit = limit
    this.#onGrown = onGrown
  }

  /** Where a token is remembered: a SHA-256 of all of it, a byte a character. `''` where nothing is remembered. */
  digest(token: string): string {
    return this.#limit === 0 ? '' : hash('sha256', token, 'binary')
  }

  /** The token of this digest and the key that verified it. The caller must compare that with the key of now. */
  get(digest: string): Remembered<Token> | undefined {
    return this.#limit === 0 ? undefined : this.#tokens.get(digest)
  }

  /** Remembers a token, and forgets up to two that have expired: each request of a load balancer may bring a new one. */
  set(digest: string, token: Token, key: KeyObject, exp: number): void {
    const now = nowSeconds()
    for (let tries = 0; tries < 2; tries += 1) this.#tokens.dropOldestIf((oldest) => oldest.exp < now)
    this.#tokens.set(digest, { token, key, exp }, token.bytes)
    this.#onGrown()
  }

  /** What all of them take in memory, about. */
  get bytes(): number {
    return this.#tokens.weight
  }

  /** Forgets the token that was used least recently. */
  dropOldest(): void {
    this.#tokens.dropOldestIf(() => true)
  }

  clear(): void {
    this.#tokens.clear()
  }
}
