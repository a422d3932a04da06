/**
 * Verifies the tokens of a request, and remembers them: both together become one identity. `TokenVerifier` and `CognitoAuth` ask it.
 *
 * @module
 */

import type { KeyObject } from 'node:crypto'
import { withSharedLayout } from '../claims.js'
import { ConfigurationError, InvalidTokenError } from '../errors.js'
import { ACCESS_TOKEN_HEADER, OIDC_DATA_HEADER, type TokenHeaders } from '../headers.js'
import { goOn } from '../lib/at-once.js'
import { createAlbKeys } from '../keys/alb-keys.js'
import { CognitoKeys } from '../keys/cognito-keys.js'
import type { KeyCache } from '../keys/key-cache.js'
import type { Claims } from '../user-type.js'
import {
  checkAccessClaims,
  checkAccessToken,
  checkTokenTimes,
  type ExpectedAccessToken,
  type UnverifiedAccessToken,
} from './checks/access-token.js'
import { badSignature, checkAlbClaims, checkAlbTimes, checkAlbToken } from './checks/alb-token.js'
import type { BearerPolicy } from './policy/bearer-options.js'
import { BEARER_TOKEN, checkBearerPurpose, checkBearerToken } from './checks/bearer-token.js'
import { checkToken, hardenToken, type UnverifiedJws } from './checks/compact-jws.js'
import { InFlight } from './in-flight.js'
import type { VerifierSetup } from './policy/options.js'
import { type IdentityOfRequest, RememberedAccessToken, RememberedAlbToken } from './memory/remembered.js'
import { verifyEs256, verifyRs256 } from './checks/signature.js'
import { byDigest, bySigned, TokenMemory, type VerifiedTokens } from './memory/verified-tokens.js'

/** How to obtain and apply the verification key of a token. */
interface KeyLookup {
  /** The key, where it is cached and fresh. */
  readonly key: KeyObject | undefined
  readonly fetchKey: () => Promise<KeyObject>
  readonly verify: typeof verifyEs256
  /** The key that this very token was verified with before. */
  readonly verifiedBy: KeyObject | undefined
  /** The token, for messages. */
  readonly what: string
}

/** A new token of the user pool: an access token beside that of a load balancer, or a bearer token. */
interface PoolToken {
  /** The token, for messages. */
  readonly what: string
  /** As it was sent, and where it is remembered. */
  readonly token: string
  readonly memory: VerifiedTokens<RememberedAccessToken>
  /** The key that this very token was verified with before. */
  readonly verifiedBy: KeyObject | undefined
  /** Bytes of the load balancer's token that it came with. */
  readonly beside: number
}

/**
 * Verifies tokens. What is answered at once is no promise, and what is refused at once is thrown: where a token is remembered and
 * the key that verified it still serves, or where no other request waits.
 */
export class RequestVerifier {
  readonly #setup: VerifierSetup
  readonly #albKeys: KeyCache<KeyObject>
  readonly #cognitoKeys: CognitoKeys
  readonly #memory: TokenMemory
  readonly #albTokens: VerifiedTokens<RememberedAlbToken>
  readonly #accessTokens: VerifiedTokens<RememberedAccessToken>
  readonly #bearerTokens: VerifiedTokens<RememberedAccessToken>
  readonly #inFlight = new InFlight()

  constructor(setup: VerifierSetup) {
    const keys = { ttlSeconds: setup.keyTtlSeconds, fetch: setup.fetch }
    this.#setup = setup
    this.#albKeys = createAlbKeys(keys)
    this.#cognitoKeys = new CognitoKeys(keys)
    this.#memory = new TokenMemory({ tokens: setup.tokenCacheSize, bytes: setup.tokenCacheBytes })
    // Most tokens of a load balancer are never sent again, and all others are for an hour.
    this.#albTokens = this.#memory.kind(1, byDigest)
    this.#accessTokens = this.#memory.kind(3, byDigest)
    // Programs are few, and send theirs over and over.
    this.#bearerTokens = this.#memory.kind(3, bySigned)
  }

  /** The claim that groups come from, instead of the access token. */
  get groupsClaim(): string | undefined {
    return this.#setup.groupsClaim
  }

  /** Whether bearer tokens are accepted. */
  get acceptsBearer(): boolean {
    return this.#setup.bearer !== undefined
  }

  /** Scopes that every bearer token must have. */
  get bearerScopes(): readonly string[] {
    return this.#setup.bearer?.scopes ?? []
  }

  /** Where the keys are that are known before any token was seen: those of the pinned pools or issuers. */
  get jwksUrls(): readonly string[] {
    return this.groupsClaim === undefined ? this.#setup.issuers.knownJwksUrls : []
  }

  /** Whether a load balancer is known whose tokens are accepted. */
  get acceptsAlb(): boolean {
    return this.#setup.signers.bases.length > 0
  }

  /** {@link TokenVerifier.verify}, of tokens that are there. */
  verify(tokens: TokenHeaders): IdentityOfRequest | Promise<IdentityOfRequest> {
    const alone = this.#inFlight.isIdle
    return goOn(this.#albToken(tokens.oidcData, alone), (verified) => this.#together(verified, tokens, alone))
  }

  /** {@link TokenVerifier.verifyAlbToken} */
  verifyAlbToken(token: string): RememberedAlbToken | Promise<RememberedAlbToken> {
    return this.#albToken(token, this.#inFlight.isIdle)
  }

  /** {@link TokenVerifier.verifyAccessToken} */
  verifyAccessToken(
    token: string,
    expected: ExpectedAccessToken,
  ): RememberedAccessToken | Promise<RememberedAccessToken> {
    return this.#accessToken(token, expected, this.#inFlight.isIdle, 0)
  }

  /** {@link TokenVerifier.verifyBearerToken} */
  verifyBearerToken(token: string): RememberedAccessToken | Promise<RememberedAccessToken> {
    const { bearer } = this.#setup
    if (bearer === undefined) throw new ConfigurationError('verifyBearerToken() needs the option bearer: { clientId }')
    return this.#bearerToken(token, bearer, this.#inFlight.isIdle)
  }

  /** Fetches the keys that are known before any token was seen: those of the pinned pools or issuers. */
  async warmUp(): Promise<void> {
    await Promise.all(this.jwksUrls.map((url) => this.#cognitoKeys.warmUp(url)))
  }

  /** Forgets keys and verified tokens. */
  clearCache(): void {
    this.#albKeys.clear()
    this.#cognitoKeys.clear()
    this.#memory.clear()
  }

  #together(
    verified: RememberedAlbToken,
    { accessToken, identity }: TokenHeaders,
    alone: boolean,
  ): IdentityOfRequest | Promise<IdentityOfRequest> {
    const { sub, headerIss, client } = verified.facts
    if (identity !== undefined && identity !== sub) {
      throw new InvalidTokenError(
        'subject',
        `"sub" mismatch: x-amzn-oidc-identity and ${OIDC_DATA_HEADER} belong to different users`,
      )
    }
    if (this.groupsClaim !== undefined || accessToken === undefined) return verified.alone()
    // Strings, all three: checkAlbToken and checkAlbClaims have asked.
    const expected = { issuer: headerIss as string, clientId: client as string, sub: sub as string }
    return goOn(this.#accessToken(accessToken, expected, alone, verified.bytes), (access) => access.with(verified))
  }

  #albToken(token: string, alone: boolean): RememberedAlbToken | Promise<RememberedAlbToken> {
    checkToken(token, OIDC_DATA_HEADER)
    const known = this.#albTokens.get(token)
    if (known !== undefined) {
      const { keyUrl, facts } = known.token
      checkAlbTimes(facts, this.#setup.clockToleranceSeconds)
      if (this.#albKeys.peek(keyUrl) === known.key) return known.token
    }
    const turn = this.#inFlight.begin()
    if (turn === undefined) return this.#newAlbToken(token, known?.key, alone)
    return turn.then(() => this.#newAlbToken(token, known?.key, false))
  }

  #newAlbToken(
    token: string,
    verifiedBy: KeyObject | undefined,
    alone: boolean,
  ): RememberedAlbToken | Promise<RememberedAlbToken> {
    const unverified = checkAlbToken(token, this.#setup)
    const { keyUrl } = unverified
    const lookup: KeyLookup = {
      key: this.#albKeys.peek(keyUrl),
      fetchKey: () => this.#albKeys.get(keyUrl, unverified.signature.toString('base64')),
      verify: verifyEs256,
      verifiedBy,
      what: OIDC_DATA_HEADER,
    }
    return this.#signed(unverified, lookup, alone, (key) => {
      const { unverifiedHeader: header, facts } = unverified
      const claims = withSharedLayout(unverified.unverifiedClaims)
      const bytes = unverified.headerBytes + hardenToken(claims, OIDC_DATA_HEADER)
      checkAlbClaims(facts)
      const verified = new RememberedAlbToken({ header, claims }, facts, keyUrl, bytes, this.groupsClaim !== undefined)
      // A number, as that of an access token: checked above.
      this.#albTokens.set(token, verified, key, facts.headerExp as number)
      return verified
    })
  }

  /** @param beside Bytes of the load balancer's token that it came with. */
  #accessToken(
    token: string,
    expected: ExpectedAccessToken,
    alone: boolean,
    beside: number,
  ): RememberedAccessToken | Promise<RememberedAccessToken> {
    checkToken(token, ACCESS_TOKEN_HEADER)
    const known = this.#accessTokens.get(token)
    if (known !== undefined) {
      const { facts, jwksUrl, kid } = known.token
      checkAccessClaims(facts, expected, this.#setup.issuers, this.#setup.clockToleranceSeconds)
      if (this.#cognitoKeys.peek(jwksUrl, kid) === known.key) return known.token
    }
    const about = { what: ACCESS_TOKEN_HEADER, token, memory: this.#accessTokens, verifiedBy: known?.key, beside }
    const turn = this.#inFlight.begin()
    if (turn === undefined) return this.#newAccessToken(about, expected, alone)
    return turn.then(() => this.#newAccessToken(about, expected, false))
  }

  #newAccessToken(
    about: PoolToken,
    expected: ExpectedAccessToken,
    alone: boolean,
  ): RememberedAccessToken | Promise<RememberedAccessToken> {
    const { issuers, clockToleranceSeconds } = this.#setup
    return this.#signedByPool(checkAccessToken(about.token, expected, issuers, clockToleranceSeconds), about, alone)
  }

  #bearerToken(
    token: string,
    policy: BearerPolicy,
    alone: boolean,
  ): RememberedAccessToken | Promise<RememberedAccessToken> {
    checkToken(token, BEARER_TOKEN)
    const known = this.#bearerTokens.get(token)
    if (known !== undefined) {
      const { facts, jwksUrl, kid } = known.token
      // Nothing else of it can have changed: the policy is that of this verifier, which remembers good tokens only.
      checkTokenTimes(facts, this.#setup.clockToleranceSeconds, BEARER_TOKEN)
      if (this.#cognitoKeys.peek(jwksUrl, kid) === known.key) return known.token
    }
    const about = { what: BEARER_TOKEN, token, memory: this.#bearerTokens, verifiedBy: known?.key, beside: 0 }
    const turn = this.#inFlight.begin()
    if (turn === undefined) return this.#newBearerToken(about, policy, alone)
    return turn.then(() => this.#newBearerToken(about, policy, false))
  }

  #newBearerToken(
    about: PoolToken,
    policy: BearerPolicy,
    alone: boolean,
  ): RememberedAccessToken | Promise<RememberedAccessToken> {
    const { issuers, clockToleranceSeconds } = this.#setup
    const unverified = checkBearerToken(about.token, policy, issuers, clockToleranceSeconds)
    return this.#signedByPool(unverified, about, alone, (claims) => checkBearerPurpose(claims, policy))
  }

  /**
   * Verifies a new token of the user pool, and remembers it.
   *
   * @param check What else its claims must say: only a token that is verified is told what it lacks.
   */
  #signedByPool(
    unverified: UnverifiedAccessToken,
    { what, token, memory, verifiedBy, beside }: PoolToken,
    alone: boolean,
    check?: (claims: Claims) => void,
  ): RememberedAccessToken | Promise<RememberedAccessToken> {
    const { kid } = unverified
    const jwksUrl = this.#setup.issuers.jwksUrl(unverified.issuer)
    const lookup: KeyLookup = {
      key: this.#cognitoKeys.peek(jwksUrl, kid),
      fetchKey: () => this.#cognitoKeys.get(jwksUrl, kid),
      verify: verifyRs256,
      verifiedBy,
      what,
    }
    return this.#signed(unverified, lookup, alone, (key) => {
      const { facts } = unverified
      const claims = withSharedLayout(unverified.unverifiedClaims)
      const bytes = { claims: hardenToken(claims, what), beside }
      check?.(claims)
      const verified = new RememberedAccessToken(claims, facts, { jwksUrl, kid }, bytes)
      memory.set(token, verified, key, facts.exp as number)
      return verified
    })
  }

  /**
   * Checks a signature, and then what it signed. Alone and with the key at hand, no promise is made: that would be a
   * part of what it costs.
   */
  #signed<Result>(
    unverified: UnverifiedJws,
    lookup: KeyLookup,
    alone: boolean,
    accept: (key: KeyObject) => Result,
  ): Result | Promise<Result> {
    const { key, verify } = lookup
    if (!alone || key === undefined) return this.#signedInPool(unverified, lookup, accept)
    this.#inFlight.blocked()
    if (verify(unverified.signingInput, key, unverified.signature, true) !== true) throw badSignature(lookup.what)
    return accept(key)
  }

  async #signedInPool<Result>(
    { signingInput, signature }: UnverifiedJws,
    { key, fetchKey, verify, verifiedBy, what }: KeyLookup,
    accept: (key: KeyObject) => Result,
  ): Promise<Result> {
    this.#inFlight.enter()
    try {
      const found = key ?? (await fetchKey())
      if (found !== verifiedBy) {
        await this.#inFlight.together()
        if (!(await verify(signingInput, found, signature, false))) throw badSignature(what)
      }
      return accept(found)
    } finally {
      this.#inFlight.leave()
    }
  }
}
