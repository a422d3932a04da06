/**
 * Verifies the tokens of a request, for apps that need no users and no rules.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'
import { ACCESS_TOKEN_HEADER, requireTokens } from '../headers.js'
import { isPromise } from '../lib/at-once.js'
import { brand } from '../lib/process/brand.js'
import { requireTlsVerification } from '../options/tls-verification.js'
import type { Claims } from '../user-type.js'
import { checkExpected, type ExpectedAccessToken } from './checks/access-token.js'
import type { AlbToken } from './checks/alb-token.js'
import { checkToken } from './checks/compact-jws.js'
import { parseVerifierOptions, refuseUndefined, type TokenVerifierOptions, VerifierSetup } from './policy/options.js'
import type { VerifiedTokensOfRequest } from './memory/remembered.js'
import { RequestVerifier } from './request-verifier.js'

/** The tokens of a request. */
export interface RequestTokens {
  /** The value of `x-amzn-oidc-data`. */
  readonly oidcData: string
  /** The value of `x-amzn-oidc-accesstoken`; may be left out under `groupsClaim` only. */
  readonly accessToken?: string | undefined
  /** The value of `x-amzn-oidc-identity`, where the request has one. */
  readonly identity?: string | undefined
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

  readonly #verifier: RequestVerifier

  /** @throws {ConfigurationError} when an option is missing or wrong; in production where certificates are not verified. */
  constructor(options: TokenVerifierOptions) {
    refuseUndefined(options)
    requireTlsVerification()
    this.#verifier = new RequestVerifier(new VerifierSetup(parseVerifierOptions(options), { albRequired: true }))
  }

  /** The claim that groups come from, instead of the access token. */
  get groupsClaim(): string | undefined {
    return this.#verifier.groupsClaim
  }

  /** Whether bearer tokens are accepted. */
  get acceptsBearer(): boolean {
    return this.#verifier.acceptsBearer
  }

  /** Scopes that every bearer token must have. */
  get bearerScopes(): readonly string[] {
    return this.#verifier.bearerScopes
  }

  /** Where the keys are that are known before any token was seen: those of the pinned pools or issuers. */
  get jwksUrls(): readonly string[] {
    return this.#verifier.jwksUrls
  }

  /** Whether a load balancer is known whose tokens are accepted. */
  get acceptsAlb(): boolean {
    return this.#verifier.acceptsAlb
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
    const { oidcData, accessToken, identity } = tokens
    // `null` is how Fetch's Headers says that there is none.
    const found = {
      oidcData: oidcData ?? undefined,
      accessToken: accessToken ?? undefined,
      identity: identity ?? undefined,
    }
    const verified = this.#verifier.verify(requireTokens(found, this.#verifier.groupsClaim === undefined))
    return (isPromise(verified) ? await verified : verified).said
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
    return (await this.#verifier.verifyAlbToken(token)).alb
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
    return (await this.#verifier.verifyAccessToken(token, expected)).said
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
    const verified = this.#verifier.verifyBearerToken(token)
    return (isPromise(verified) ? await verified : verified).said
  }

  /** Fetches the keys that are known before any token was seen: those of the pinned pools or issuers. */
  async warmUp(): Promise<void> {
    await this.#verifier.warmUp()
  }

  /** Forgets keys and verified tokens. */
  clearCache(): void {
    this.#verifier.clearCache()
  }
}
