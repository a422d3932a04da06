/**
 * What is remembered of a verified token: its claims, where its key is, and what it said together with the token beside it.
 *
 * @module
 */

import type { Claims, User } from '../../user-type.js'
import type { AccessFacts } from '../checks/access-token.js'
import type { AlbFacts, AlbToken } from '../checks/alb-token.js'

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

/** What is read of both tokens, verified; no `access` under `groupsClaim`. */
export interface FactsOfRequest {
  readonly alb: AlbFacts
  readonly access: AccessFacts | null
}

/** What verified tokens say, and the user that was made of it: both are remembered with the tokens. */
export class Identity<Said, Facts> {
  readonly said: Said
  readonly facts: Facts
  /** Of nothing but these two and options, which do not change; `undefined` until it is made. */
  user: User | undefined

  constructor(said: Said, facts: Facts) {
    this.said = said
    this.facts = facts
  }
}

/** Who both tokens are. */
export type IdentityOfRequest = Identity<VerifiedTokensOfRequest, FactsOfRequest>

/** A verified token of a load balancer. */
export class RememberedAlbToken {
  readonly alb: AlbToken
  readonly facts: AlbFacts
  readonly keyUrl: string
  readonly bytes: number
  #alone: IdentityOfRequest | undefined

  /**
   * @param bytes What header and claims take in memory.
   * @param isAlone Whether a user is made of it alone (`groupsClaim`).
   */
  constructor(alb: AlbToken, facts: AlbFacts, keyUrl: string, bytes: number, isAlone: boolean) {
    this.alb = Object.freeze(alb)
    this.facts = facts
    this.keyUrl = keyUrl
    this.bytes = isAlone ? withUser(bytes) : ENTRY_BYTES + bytes
  }

  /** What it says where no access token is read. */
  alone(): IdentityOfRequest {
    this.#alone ??= new Identity(Object.freeze({ alb: this.alb, access: null }), { alb: this.facts, access: null })
    return this.#alone
  }
}

/** A verified access token, beside a load balancer's or alone. Alone it is all that a request says. */
export class RememberedAccessToken extends Identity<Claims, AccessFacts> {
  readonly jwksUrl: string
  readonly kid: string
  readonly bytes: number
  #last: IdentityOfRequest | undefined

  /** @param bytes What the claims take in memory, and the load balancer's token beside them, which the user keeps as well. */
  constructor(
    claims: Claims,
    facts: AccessFacts,
    key: { readonly jwksUrl: string; readonly kid: string },
    bytes: { readonly claims: number; readonly beside: number },
  ) {
    super(claims, facts)
    this.jwksUrl = key.jwksUrl
    this.kid = key.kid
    this.bytes = withUser(bytes.claims) + bytes.beside
  }

  /**
   * What both say: remembered here, since an access token is the same for an hour, and a load balancer's mostly for one request.
   *
   * @param beside The very object that was made when it was verified: that of another token is another object.
   */
  with({ alb, facts }: RememberedAlbToken): IdentityOfRequest {
    if (this.#last?.said.alb === alb) return this.#last
    this.#last = new Identity(Object.freeze({ alb, access: this.said }), { alb: facts, access: this.facts })
    return this.#last
  }
}
