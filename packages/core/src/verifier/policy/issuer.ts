/**
 * Which issuers are accepted, and where their keys are.
 *
 * @module
 */

import { InvalidTokenError } from '../../errors.js'
import { memoLast } from '../../lib/memory/memo-last.js'

/** Pool ids are `REGION_ID`; the region in the host must be the one that the id begins with. */
const COGNITO_ISSUER = /^https:\/\/(?:issuer-)?cognito-idp\.([a-z0-9-]+)\.amazonaws\.com\/([a-z0-9-]+)_([A-Za-z0-9]+)$/
const USER_POOL_ID = /^[a-z0-9]+(?:-[a-z0-9]+)+_[A-Za-z0-9]+$/

/** Whether a text has the shape of a user pool id, `eu-west-2_AbCdEfGhI`. */
export function isUserPoolId(text: string): boolean {
  return USER_POOL_ID.test(text)
}

/** The issuer that a user pool has had from the start. */
export function issuerOfPool(userPoolId: string): string {
  return `https://cognito-idp.${userPoolId.slice(0, userPoolId.indexOf('_'))}.amazonaws.com/${userPoolId}`
}

/**
 * The pool id of a Cognito issuer, in either of its two forms; `undefined` for any other text.
 *
 * Most tokens name the issuer of the one before: to remember it is 5 % of the CPU of a remembered user, in `npx pnpm bench
 * --only seen`.
 *
 * @see {@link https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html IssuerConfigurationType}
 */
export const poolOfIssuer = memoLast((issuer: string): string | undefined => {
  const [, hostRegion, poolRegion, id] = COGNITO_ISSUER.exec(issuer) ?? []
  return id !== undefined && hostRegion === poolRegion ? `${poolRegion}_${id}` : undefined
})

/** How issuers are pinned; at most one of the first two. */
export interface IssuerPins {
  readonly issuers: ReadonlySet<string> | undefined
  readonly userPoolIds: ReadonlySet<string> | undefined
  /** Base URL of a local ALB, which then publishes every pool's keys. */
  readonly localAlb: string | undefined
}

/** Decides on issuers. */
export class IssuerPolicy {
  readonly #pins: IssuerPins

  constructor(pins: IssuerPins) {
    this.#pins = pins
  }

  /**
   * Checks "iss" of a user claims token. Unpinned, any is accepted: its `signer` vouches for it.
   *
   * @throws {InvalidTokenError} `issuer`.
   */
  checkAlbIssuer(iss: unknown): asserts iss is string {
    if (typeof iss === 'string' && iss !== '' && this.#isPinned(iss, poolOfIssuer(iss))) return
    throw new InvalidTokenError('issuer', 'Unexpected "iss": x-amzn-oidc-data is not of userPoolId or issuer')
  }

  /**
   * Checks "iss" of an access token against the one that the load balancer vouched for.
   *
   * @throws {InvalidTokenError} `issuer` when it is not the same issuer, but for the two forms of one user pool. With
   * issuers pinned it must be on that list too; without, it must be Cognito: keys are fetched from it.
   */
  checkAccessIssuer(iss: unknown, albIssuer: string): asserts iss is string {
    if (typeof iss !== 'string') throw refused()
    const pool = poolOfIssuer(iss)
    if (!this.#isPinned(iss, pool)) throw refused()
    if (pool === undefined && this.#pins.issuers === undefined) throw refused()
    // Client ids and subjects repeat across the realms of other providers: who administers one must not write groups for another.
    if (iss !== albIssuer && (pool === undefined || pool !== poolOfIssuer(albIssuer))) throw refused()
  }

  /**
   * Checks "iss" of a bearer token, for which no load balancer vouches: it must be pinned, and nothing is accepted where
   * nothing is.
   *
   * @throws {InvalidTokenError} `issuer`.
   */
  checkBearerIssuer(iss: unknown): asserts iss is string {
    const { issuers, userPoolIds } = this.#pins
    const isPinned = issuers !== undefined || userPoolIds !== undefined
    if (typeof iss !== 'string' || !isPinned || !this.#isPinned(iss, poolOfIssuer(iss))) {
      throw new InvalidTokenError('issuer', 'Unexpected "iss": the bearer token is not of userPoolId or issuer')
    }
  }

  /** Where the keys of an issuer are that {@link checkAccessIssuer} has accepted. */
  jwksUrl(issuer: string): string {
    const { localAlb } = this.#pins
    const base = issuer.replace(/\/$/, '')
    if (localAlb === undefined) return `${base}/.well-known/jwks.json`
    return `${localAlb}/_local-alb/${encodeURIComponent(base.slice(base.lastIndexOf('/') + 1))}/.well-known/jwks.json`
  }

  /** JWKS that are known before any token was seen. */
  get knownJwksUrls(): string[] {
    const { issuers, userPoolIds } = this.#pins
    const known = [...(issuers ?? []), ...[...(userPoolIds ?? [])].map(issuerOfPool)]
    return known.map((issuer) => this.jwksUrl(issuer))
  }

  #isPinned(iss: string, pool: string | undefined): boolean {
    const { issuers, userPoolIds } = this.#pins
    if (issuers !== undefined) return issuers.has(iss)
    if (userPoolIds === undefined) return true
    return pool !== undefined && userPoolIds.has(pool)
  }
}

function refused(): InvalidTokenError {
  return new InvalidTokenError(
    'issuer',
    'Unexpected "iss": x-amzn-oidc-accesstoken is of another user pool than x-amzn-oidc-data',
  )
}
