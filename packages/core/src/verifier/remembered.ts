/**
 * What is remembered of a verified token: its claims, where its key is, and what it said together with the token beside it.
 *
 * @module
 */

import { weigh } from '../lib/weigh.js'
import type { Claims } from '../user-type.js'
import type { AlbToken } from './alb-token.js'

/** What both tokens say, verified. */
export interface VerifiedTokensOfRequest {
  readonly alb: AlbToken
  /** Claims of the access token; `null` under `groupsClaim`. */
  readonly access: Claims | null
}

/** What it takes to remember any token: its digest, its place, and the objects around the claims. */
const ENTRY_BYTES = 250

/** A user that is made of claims and remembered with them, its own lists of groups and scopes aside. */
const USER_BYTES = 700

/** A user has its groups, which are most of the claims where these are many, in a list of its own. */
const LISTS_OF_USER = 0.15

function withUser(claimsBytes: number): number {
  return ENTRY_BYTES + USER_BYTES + Math.ceil(claimsBytes * (1 + LISTS_OF_USER))
}

/** The last pair that a token was part of: the same object while both are remembered, so that what is made of it can be too. */
class LastPair {
  #pair: VerifiedTokensOfRequest | undefined

  /** By the very claims that were verified, or remembered: those of another token are another object. */
  of(alb: AlbToken, access: Claims | null): VerifiedTokensOfRequest {
    const last = this.#pair
    if (last !== undefined && last.alb === alb && last.access === access) return last
    this.#pair = Object.freeze({ alb, access })
    return this.#pair
  }
}

/** A verified token of a load balancer. */
export class RememberedAlbToken {
  readonly alb: AlbToken
  readonly keyUrl: string
  readonly bytes: number
  readonly #pair = new LastPair()

  /** @param isAlone Whether a user is made of it alone (`groupsClaim`). */
  constructor(alb: AlbToken, keyUrl: string, isAlone: boolean) {
    this.alb = Object.freeze(alb)
    this.keyUrl = keyUrl
    const claims = weigh(alb.header) + weigh(alb.claims)
    this.bytes = isAlone ? withUser(claims) : ENTRY_BYTES + claims
  }

  /** What it says where no access token is read. */
  alone(): VerifiedTokensOfRequest {
    return this.#pair.of(this.alb, null)
  }
}

/** A verified access token, beside a load balancer's or alone. */
export class RememberedAccessToken {
  readonly claims: Claims
  readonly jwksUrl: string
  readonly kid: string
  readonly bytes: number
  readonly #pair = new LastPair()

  /** @param beside Bytes of the load balancer's token beside it, which the user that is made of both keeps in memory as well. */
  constructor(claims: Claims, key: { readonly jwksUrl: string; readonly kid: string }, beside: number) {
    this.claims = claims
    this.jwksUrl = key.jwksUrl
    this.kid = key.kid
    this.bytes = withUser(weigh(claims)) + beside
  }

  /** What both say: remembered here, since an access token is the same for an hour, and a load balancer's mostly for one request. */
  with(alb: AlbToken): VerifiedTokensOfRequest {
    return this.#pair.of(alb, this.claims)
  }
}
