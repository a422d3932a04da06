/**
 * Remembers tokens whose signature held, so that the next request with the same token does not pay for it again.
 *
 * Safe by construction: only successes; looked up by the end of the token, and found only if all of it is the same; used only while
 * the very key that verified it still serves. What depends on the time or on another token is checked every time. What is kept of a token
 * cannot be sent: its signature is not among it.
 *
 * @module
 */

import { hash, type KeyObject } from 'node:crypto'
import { BoundedMap } from '../../lib/memory/bounded-map.js'
import { nowSeconds } from '../checks/times.js'

/** What is remembered of a token. */
export interface RememberedToken {
  /** About what it takes in memory, claims and all. */
  readonly bytes: number
}

/** Both together stand for all of a token. */
export interface TokenIdentity {
  /** A SHA-256 of the token or, where `signed` is there, of its signature; a byte a character. */
  readonly digest: string
  /** What was signed, as it is, and the dot behind it; `''` where the digest is that of all. */
  readonly signed: string
}

/** Tells tokens apart by a digest alone. */
export function byDigest(token: string): TokenIdentity {
  return { digest: hash('sha256', token, 'binary'), signed: '' }
}

/**
 * Tells tokens apart by what was signed and a digest of the signature: half the time for a token that is sent over and over, and its
 * length more in memory.
 */
export function bySigned(token: string): TokenIdentity {
  // The second of two. `lastIndexOf` takes seven times as long: it goes by single characters, through all of the signature.
  const end = token.indexOf('.', token.indexOf('.') + 1) + 1
  return { digest: hash('sha256', token.slice(end), 'binary'), signed: token.slice(0, end) }
}

/**
 * A part of a string keeps all of it in memory, and all of this one is a credential: V8 writes anew what is put together, once a
 * character of it is read. By way of a `Buffer` it took 3 % of a token never seen.
 */
function ownCopy(signed: string): string {
  if (signed === '') return ''
  const joined = `${signed.slice(0, -1)}.`
  joined.charCodeAt(0)
  return joined
}

/** Of a signature: 72 bits of chance. */
const END_LENGTH = 12

/**
 * What a token is looked up by: a number made of its last characters. Where none is the same, which is so of whatever a stranger sends, no
 * digest is made. Of two tokens with the same, the later one is remembered.
 */
function endOf(token: string): number {
  let end = 0
  for (let at = Math.max(0, token.length - END_LENGTH); at < token.length; at += 1) {
    end = (Math.imul(end, 31) + token.charCodeAt(at)) | 0
  }
  return end
}

interface Remembered<Token> extends TokenIdentity {
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

interface KindOfToken {
  readonly tokens: VerifiedTokens<RememberedToken>
  readonly share: number
}

/** The memories of one verifier, one for each kind of token, which have a limit in bytes together. */
export class TokenMemory {
  readonly #limits: TokenMemoryLimits
  readonly #kinds: KindOfToken[] = []

  constructor(limits: TokenMemoryLimits) {
    this.#limits = limits
  }

  /**
   * Makes the memory of another kind of token.
   *
   * @param share Of the bytes, beside those of other kinds where these want theirs: new tokens of one kind must not push out
   * all of another.
   * @param identify What tells them apart.
   */
  kind<Token extends RememberedToken>(
    share: number,
    identify: (token: string) => TokenIdentity,
  ): VerifiedTokens<Token> {
    const { tokens, bytes } = this.#limits
    const kind = new VerifiedTokens<Token>(bytes === 0 ? 0 : tokens, identify, () => this.#shrink())
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
      const of = ({ tokens, share }: KindOfToken): number => tokens.bytes / share
      this.#kinds.reduce((most, kind) => (of(kind) > of(most) ? kind : most)).tokens.dropOldest()
    }
  }
}

/** A bounded memory of verified tokens of one kind. */
export class VerifiedTokens<Token extends RememberedToken> {
  readonly #tokens: BoundedMap<Remembered<Token>, number>
  readonly #limit: number
  readonly #identify: (token: string) => TokenIdentity
  readonly #onGrown: () => void

  constructor(limit: number, identify: (token: string) => TokenIdentity, onGrown: () => void) {
    this.#tokens = new BoundedMap(limit)
    this.#limit = limit
    this.#identify = identify
    this.#onGrown = onGrown
  }

  /** What is remembered of a token, and the key that verified it. The caller must compare that with the key of now. */
  get(token: string): Remembered<Token> | undefined {
    const found = this.#tokens.get(endOf(token))
    if (found === undefined) return undefined
    const { digest, signed } = this.#identify(token)
    return found.digest === digest && found.signed === signed ? found : undefined
  }

  /** Remembers a token, and forgets up to two that have expired: each request of a load balancer may bring a new one. */
  set(token: string, verified: Token, key: KeyObject, exp: number): void {
    if (this.#limit === 0) return
    const now = nowSeconds()
    for (let tries = 0; tries < 2; tries += 1) this.#tokens.dropOldestIf((oldest) => oldest.exp < now)
    const { digest, signed } = this.#identify(token)
    const remembered = { token: verified, digest, signed: ownCopy(signed), key, exp }
    this.#tokens.set(endOf(token), remembered, verified.bytes + signed.length)
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
