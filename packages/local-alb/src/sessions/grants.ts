/**
 * Authorization codes and refresh tokens of app clients other than the load balancer.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636 RFC 7636, PKCE}
 * @module
 */

import { createHash, randomBytes } from 'node:crypto'
import type { MockUser } from '../options/users.js'
import type { Clock } from '../tokens/clock.js'
import type { SignInOrigin } from '../tokens/provider.js'
import { ExpiringMap } from './expiring-map.js'

/** As Cognito's: a code is for the next five minutes, a refresh token for 30 days. */
const CODE_SECONDS = 300
const REFRESH_SECONDS = 2_592_000
const LIMIT = 1000

/** What a person allowed a client. */
export interface Grant {
  readonly user: MockUser
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly nonce?: string | undefined
  readonly origin?: SignInOrigin | undefined
}

interface PendingCode extends Grant {
  readonly redirectUri: string
  /** `code_challenge`, S256. */
  readonly challenge: string
}

const secret = (): string => randomBytes(32).toString('base64url')

/** Grants that are not over. */
export class Grants {
  readonly #codes: ExpiringMap<PendingCode>
  readonly #refreshTokens: ExpiringMap<Grant>

  constructor(clock: Clock) {
    this.#codes = new ExpiringMap(LIMIT, CODE_SECONDS, clock)
    this.#refreshTokens = new ExpiringMap(LIMIT, REFRESH_SECONDS, clock)
  }

  createCode(grant: PendingCode): string {
    const code = secret()
    this.#codes.set(code, grant)
    return code
  }

  /** What a code stands for. It counts once: whoever guesses at the verifier has used it up. */
  takeCode(code: string, given: { clientId: string; redirectUri: string; verifier: string }): Grant | undefined {
    const pending = this.#codes.take(code)
    const challenge = createHash('sha256').update(given.verifier).digest('base64url')
    const isSame =
      pending?.clientId === given.clientId &&
      pending.redirectUri === given.redirectUri &&
      pending.challenge === challenge
    return isSame ? pending : undefined
  }

  createRefreshToken(grant: Grant): string {
    const token = secret()
    this.#refreshTokens.set(token, grant)
    return token
  }

  refreshed(token: string, clientId: string): Grant | undefined {
    const grant = this.#refreshTokens.get(token)
    return grant?.clientId === clientId ? grant : undefined
  }
}
