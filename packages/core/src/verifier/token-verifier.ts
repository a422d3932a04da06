/**
 * Verifies the tokens of a request: both together become one identity.
 *
 * @module
 */

import type { KeyObject } from 'node:crypto'
import { ConfigurationError, InvalidTokenError } from '../errors.js'
import { ACCESS_TOKEN_HEADER, OIDC_DATA_HEADER, requireTokens } from '../headers.js'
import { brand } from '../lib/brand.js'
import { createAlbKeys } from '../keys/alb-keys.js'
import { CognitoKeys } from '../keys/cognito-keys.js'
import type { KeyCache } from '../keys/key-cache.js'
import type { Claims } from '../user-type.js'
import {
  checkAccessClaims,
  checkAccessToken,
  checkExpected,
  checkTokenTimes,
  type ExpectedAccessToken,
} from './access-token.js'
import { type AlbToken, badSignature, checkAlbClaims, checkAlbTimes, checkAlbToken } from './alb-token.js'
import type { BearerPolicy } from './bearer-options.js'
import { BEARER_TOKEN, checkBearerPurpose, checkBearerToken } from './bearer-token.js'
import { checkToken, hardened, type UnverifiedJws } from './compact-jws.js'
import { InFlight } from './in-flight.js'
import {
  type ParsedVerifierOptions,
  parseVerifierOptions,
  refuseUndefined,
  type TokenVerifierOptions,
  VerifierSetup,
} from './options.js'
import { RememberedAccessToken, RememberedAlbToken, type VerifiedTokensOfRequest } from './remembered.js'
import { verifyEs256, verifyRs256 } from './signature.js'
import { TokenMemory, type VerifiedTokens } from './verified-tokens.js'

/** The tokens of a request. */
export interface RequestTokens {
  /** The value of `x-amzn-oidc-data`. */
  readonly oidcData: string
  /** The value of `x-amzn-oidc-accesstoken`; may be left out under `groupsClaim` only. */
  readonly accessToken?: string | undefined
  /** The value of `x-amzn-oidc-identity`, where the request has one. */
  readonly identity?: string | undefined
}

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

function setUp(options: TokenVerifierOptions): VerifierSetup {
  refuseUndefined(options)
  return new VerifierSetup(parseVerifierOptions(options), { albRequired: true })
}

/**
 * A verifier of options that `CognitoAuth` has checked already.
 *
 * @param mode `albRequired: false` in dev mode only: without `albArn` every token is then rejected.
 * @throws {ConfigurationError} when options do not go together.
 */
export function verifierFor(options: ParsedVerifierOptions, mode: { readonly albRequired: boolean }): TokenVerifier {
  // Stands where options do, in this module only.
  const setup: object = new VerifierSetup(options, mode)
  return new TokenVerifier(setup)
}

/**
 * Verifies tokens; needs no config and no environment.
 *
 * @example
 * ```ts
 * const verifier = new TokenVerifier({ albArn })
 * const { alb, access } = await verifier.verify({ oidcData, accessToken })
 * ```
 */
export class TokenVerifier {
  static {
    brand(this, 'TokenVerifier')
  }

  readonly #setup: VerifierSetup
  readonly #albKeys: KeyCache<KeyObject>
  readonly #cognitoKeys: CognitoKeys
  readonly #memory: TokenMemory
  readonly #albTokens: VerifiedTokens<RememberedAlbToken>
  readonly #accessTokens: VerifiedTokens<RememberedAccessToken>
  readonly #bearerTokens: VerifiedTokens<RememberedAccessToken>
  readonly #inFlight = new InFlight()

  /** @throws {ConfigurationError} when an option is missing or wrong. */
  constructor(options: TokenVerifierOptions) {
    const setup = options instanceof VerifierSetup ? options : setUp(options)
    const keys = { ttlSeconds: setup.keyTtlSeconds, fetch: setup.fetch }
    this.#setup = setup
    this.#albKeys = createAlbKeys(keys)
    this.#cognitoKeys = new CognitoKeys(keys)
    this.#memory = new TokenMemory({ tokens: setup.tokenCacheSize, bytes: setup.tokenCacheBytes })
    // Most tokens of a load balancer are never sent again, and all others are for an hour.
    this.#albTokens = this.#memory.kind(1)
    this.#accessTokens = this.#memory.kind(3)
    this.#bearerTokens = this.#memory.kind(3)
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

  /**
   * Verifies both tokens and that they belong together. The load balancer's token comes first: before it is verified,
   * nothing is fetched for the access token.
   *
   * @throws {MissingTokenError} when a token is not there.
   * @throws {InvalidTokenError} when a check fails; `reason` says which.
   * @throws {ExpiredTokenError} when an "exp" has come, give or take the clock tolerance.
   * @throws {KeysUnavailableError} when a public key cannot be fetched.
   */
  async verify(tokens: RequestTokens): Promise<VerifiedTokensOfRequest> {
    const given: unknown = tokens
    if (typeof given !== 'object' || given === null) {
      throw new ConfigurationError('verify() takes the tokens of a request: { oidcData, accessToken }')
    }
    // `null` is how Fetch's Headers says that there is none.
    const { oidcData, accessToken, identity } = requireTokens(
      {
        oidcData: tokens.oidcData ?? undefined,
        accessToken: tokens.accessToken ?? undefined,
        identity: tokens.identity ?? undefined,
      },
      this.groupsClaim === undefined,
    )
    const alone = this.#inFlight.isIdle
    // No `await` on the cached path: the extra microtask is a measurable share of a cache hit.
    const albToken = this.#albToken(oidcData, alone)
    const verified = albToken instanceof Promise ? await albToken : albToken
    const { header, claims } = verified.alb
    const { sub } = claims
    const { iss, client } = header
    if (identity !== undefined && identity !== sub) {
      throw new InvalidTokenError(
        'subject',
        `"sub" mismatch: x-amzn-oidc-identity and ${OIDC_DATA_HEADER} belong to different users`,
      )
    }
    if (this.groupsClaim !== undefined || accessToken === undefined) return verified.alone()
    // Strings, all three: verifyAlbToken has checked.
    const expected = { issuer: iss as string, clientId: client as string, sub: sub as string }
    const access = this.#accessToken(accessToken, expected, alone, verified.bytes)
    return (access instanceof Promise ? await access : access).with(verified.alb)
  }

  /**
   * Verifies `x-amzn-oidc-data`.
   *
   * The order of checks is that of `docs/security.md`; nothing is fetched for a token that a check without a key rejects.
   *
   * @param token Compact JWS as received, base64 padding included.
   * @throws {InvalidTokenError} when a check fails; `reason` says which.
   * @throws {ExpiredTokenError} when "exp" has come, give or take the clock tolerance.
   * @throws {KeysUnavailableError} when the public key cannot be fetched.
   * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding Verifying user claims}
   */
  async verifyAlbToken(token: string): Promise<AlbToken> {
    return (await this.#albToken(token, this.#inFlight.isIdle)).alb
  }

  /**
   * Verifies `x-amzn-oidc-accesstoken` against what the verified load balancer token says.
   *
   * The order of checks is that of `docs/security.md`; nothing is fetched for a token that a check without a key rejects.
   *
   * @throws {InvalidTokenError} when a check fails; `reason` says which.
   * @throws {ExpiredTokenError} when "exp" has come, give or take the clock tolerance.
   * @throws {KeysUnavailableError} when the user pool's keys cannot be fetched.
   */
  async verifyAccessToken(token: string, expected: ExpectedAccessToken): Promise<Claims> {
    checkToken(token, ACCESS_TOKEN_HEADER)
    checkExpected(expected)
    return (await this.#accessToken(token, expected, this.#inFlight.isIdle, 0)).claims
  }

  /**
   * Verifies a Cognito access token that is a request's only token, as the option `bearer` says.
   *
   * @param token Compact JWS, as it follows `Bearer ` in `Authorization`.
   * @throws {InvalidTokenError} when a check fails; `reason` says which.
   * @throws {ExpiredTokenError} when "exp" has come, give or take the clock tolerance.
   * @throws {InsufficientScopeError} when the token is good, and lacks one of `bearer.scopes`.
   * @throws {KeysUnavailableError} when the user pool's keys cannot be fetched.
   * @throws {ConfigurationError} without the option `bearer`.
   */
  async verifyBearerToken(token: string): Promise<Claims> {
    const { bearer } = this.#setup
    if (bearer === undefined) throw new ConfigurationError('verifyBearerToken() needs the option bearer: { clientId }')
    return await this.#bearerToken(token, bearer, this.#inFlight.isIdle)
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

  /** At once where the token is remembered and the key that verified it still serves, or where no other request waits. */
  #albToken(token: string, alone: boolean): RememberedAlbToken | Promise<RememberedAlbToken> {
    checkToken(token, OIDC_DATA_HEADER)
    const digest = this.#albTokens.digest(token)
    const known = this.#albTokens.get(digest)
    if (known !== undefined) {
      const { keyUrl, alb } = known.token
      checkAlbTimes(alb.header, alb.claims, this.#setup.clockToleranceSeconds)
      if (this.#albKeys.peek(keyUrl) === known.key) return known.token
    }
    return this.#inFlight.begin(alone, (isAlone) => this.#newAlbToken(token, digest, known?.key, isAlone))
  }

  #newAlbToken(
    token: string,
    digest: string,
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
      const { unverifiedHeader: header } = unverified
      const claims = hardened(unverified.unverifiedClaims, OIDC_DATA_HEADER)
      checkAlbClaims(header, claims)
      // A number, as that of an access token: checked above.
      const verified = new RememberedAlbToken({ header, claims }, keyUrl, this.groupsClaim !== undefined)
      this.#albTokens.set(digest, verified, key, header['exp'] as number)
      return verified
    })
  }

  /** As {@link #albToken}; `beside`: bytes of the load balancer's token that it came with. */
  #accessToken(
    token: string,
    expected: ExpectedAccessToken,
    alone: boolean,
    beside: number,
  ): RememberedAccessToken | Promise<RememberedAccessToken> {
    checkToken(token, ACCESS_TOKEN_HEADER)
    const { issuers, clockToleranceSeconds } = this.#setup
    const digest = this.#accessTokens.digest(token)
    const known = this.#accessTokens.get(digest)
    if (known !== undefined) {
      const { claims, jwksUrl, kid } = known.token
      checkAccessClaims(claims, expected, issuers, clockToleranceSeconds)
      if (this.#cognitoKeys.peek(jwksUrl, kid) === known.key) return known.token
    }
    const about = { digest, verifiedBy: known?.key, beside }
    return this.#inFlight.begin(alone, (isAlone) => this.#newAccessToken(token, expected, about, isAlone))
  }

  #newAccessToken(
    token: string,
    expected: ExpectedAccessToken,
    { digest, verifiedBy, beside }: { digest: string; verifiedBy: KeyObject | undefined; beside: number },
    alone: boolean,
  ): RememberedAccessToken | Promise<RememberedAccessToken> {
    const { issuers, clockToleranceSeconds } = this.#setup
    const unverified = checkAccessToken(token, expected, issuers, clockToleranceSeconds)
    const { kid } = unverified
    const jwksUrl = issuers.jwksUrl(unverified.issuer)
    const lookup: KeyLookup = {
      key: this.#cognitoKeys.peek(jwksUrl, kid),
      fetchKey: () => this.#cognitoKeys.get(jwksUrl, kid),
      verify: verifyRs256,
      verifiedBy,
      what: ACCESS_TOKEN_HEADER,
    }
    return this.#signed(unverified, lookup, alone, (key) => {
      const claims = hardened(unverified.unverifiedClaims, ACCESS_TOKEN_HEADER)
      const verified = new RememberedAccessToken(claims, { jwksUrl, kid }, beside)
      this.#accessTokens.set(digest, verified, key, claims['exp'] as number)
      return verified
    })
  }

  /** As {@link #albToken}. */
  #bearerToken(token: string, policy: BearerPolicy, alone: boolean): Claims | Promise<Claims> {
    checkToken(token, BEARER_TOKEN)
    const { clockToleranceSeconds } = this.#setup
    const digest = this.#bearerTokens.digest(token)
    const known = this.#bearerTokens.get(digest)
    if (known !== undefined) {
      const { claims, jwksUrl, kid } = known.token
      // Nothing else of it can have changed: the policy is that of this verifier, which remembers good tokens only.
      checkTokenTimes(claims, clockToleranceSeconds, BEARER_TOKEN)
      if (this.#cognitoKeys.peek(jwksUrl, kid) === known.key) return claims
    }
    return this.#inFlight.begin(alone, (isAlone) =>
      this.#newBearerToken(token, policy, { digest, verifiedBy: known?.key }, isAlone),
    )
  }

  #newBearerToken(
    token: string,
    policy: BearerPolicy,
    { digest, verifiedBy }: { digest: string; verifiedBy: KeyObject | undefined },
    alone: boolean,
  ): Claims | Promise<Claims> {
    const { issuers, clockToleranceSeconds } = this.#setup
    const unverified = checkBearerToken(token, policy, issuers, clockToleranceSeconds)
    const { kid } = unverified
    const jwksUrl = issuers.jwksUrl(unverified.issuer)
    const lookup: KeyLookup = {
      key: this.#cognitoKeys.peek(jwksUrl, kid),
      fetchKey: () => this.#cognitoKeys.get(jwksUrl, kid),
      verify: verifyRs256,
      verifiedBy,
      what: BEARER_TOKEN,
    }
    return this.#signed(unverified, lookup, alone, (key) => {
      const claims = hardened(unverified.unverifiedClaims, BEARER_TOKEN)
      checkBearerPurpose(claims, policy)
      this.#bearerTokens.set(
        digest,
        new RememberedAccessToken(claims, { jwksUrl, kid }, 0),
        key,
        claims['exp'] as number,
      )
      return claims
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
      if (found !== verifiedBy && !(await verify(signingInput, found, signature, false))) throw badSignature(what)
      return accept(found)
    } finally {
      this.#inFlight.leave()
    }
  }
}
