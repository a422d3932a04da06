/**
 * Every error that these packages throw on purpose.
 *
 * No `message` and no property of any of them holds a token, a claim value or an e-mail address, so a whole error is
 * safe to log. The two exceptions are on {@link AccessDeniedError}, not enumerable, and for the app's own handler.
 *
 * @module
 */

import { brand } from './lib/process/brand.js'
import { type Decision, denialCode, type RuleDetailCode } from './decision.js'
import type { User } from './user-type.js'

/** Stable code of an error; compare this rather than `message`. */
export type ErrorCode =
  | 'missing_token'
  | 'invalid_token'
  | 'expired_token'
  | 'access_denied'
  | 'insufficient_scope'
  | 'keys_unavailable'
  | 'config_unavailable'
  | 'configuration'

/** Which check a token failed. */
export type InvalidTokenReason =
  | 'malformed'
  | 'too_large'
  | 'duplicate_header'
  | 'algorithm'
  | 'header'
  | 'signer'
  | 'client'
  | 'issuer'
  | 'key_id'
  | 'key_not_found'
  | 'signature'
  | 'subject'
  | 'audience'
  | 'token_use'
  | 'not_yet_valid'
  | 'claims'

/** Base of every error that these packages throw on purpose. */
export abstract class CognitoAuthError extends Error {
  /** Stable code; compare this rather than `message`. */
  abstract readonly code: ErrorCode
  /** HTTP status that an adapter answers with. */
  abstract readonly status: 401 | 403 | 500 | 503
  /** Which check failed, where there is more than one. */
  declare readonly reason?: string

  /**
   * Headers of the response that an adapter answers with. Express and Koa copy them where an error reaches their own
   * error handlers.
   */
  get headers(): Readonly<Record<string, string>> {
    return { 'cache-control': 'no-store' }
  }

  static {
    brand(this, 'CognitoAuthError')
  }
}

/** Whether an error is one of ours, of whichever copy of this package. */
export function isCognitoAuthError(error: unknown): error is CognitoAuthError {
  return error instanceof CognitoAuthError
}

/**
 * Who sent the request is not established. Always a 401. Its `stack` names no places: strangers decide how often one is
 * made, collecting them is half of what refusing costs, and `code` and `reason` say which check it was.
 */
export abstract class AuthenticationError extends CognitoAuthError {
  readonly status = 401

  constructor(message: string, options?: ErrorOptions) {
    const { stackTraceLimit } = Error
    // Not an assignment, which would throw where `Error` is frozen (`node --frozen-intrinsics`).
    Reflect.set(Error, 'stackTraceLimit', 0)
    super(message, options)
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }

  override get headers(): Readonly<Record<string, string>> {
    return { ...super.headers, 'www-authenticate': 'Bearer error="invalid_token"' }
  }

  static {
    brand(this, 'AuthenticationError')
  }
}

/** A token header is not on the request. */
export class MissingTokenError extends AuthenticationError {
  override readonly name = 'MissingTokenError'
  readonly code = 'missing_token'
  /** Names of the headers that are missing. */
  readonly missing: readonly string[]

  constructor(missing: readonly string[], options?: ErrorOptions) {
    super(
      missing.includes('authorization')
        ? `Missing credentials: none of ${missing.join(', ')} is on the request, or Authorization is of another scheme than Bearer`
        : `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not on the request. Did it come through the load balancer, by a rule that authenticates?`,
      options,
    )
    this.missing = missing
  }

  // RFC 6750 section 3.1: a request without credentials is told no error code.
  override get headers(): Readonly<Record<string, string>> {
    return { ...super.headers, 'www-authenticate': 'Bearer' }
  }

  static {
    brand(this, 'MissingTokenError')
  }
}

/** A token is malformed, badly signed, or was not issued for this application; `reason` says which check it failed. */
export class InvalidTokenError extends AuthenticationError {
  override readonly name = 'InvalidTokenError'
  readonly code = 'invalid_token'
  override readonly reason: InvalidTokenReason

  constructor(reason: InvalidTokenReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }

  static {
    brand(this, 'InvalidTokenError')
  }
}

/** The "exp" (Expiration Time) of a token has passed, clock tolerance included. */
export class ExpiredTokenError extends AuthenticationError {
  override readonly name = 'ExpiredTokenError'
  readonly code = 'expired_token'

  static {
    brand(this, 'ExpiredTokenError')
  }
}

/** The user is known, and the rules deny them. */
export class AccessDeniedError extends CognitoAuthError {
  override readonly name = 'AccessDeniedError'
  readonly code = 'access_denied'
  readonly status = 403
  /** Why a rule came to no answer, where one did not: `email_not_verified`. */
  declare readonly reason?: RuleDetailCode
  /** What was asked and answered. Not enumerable, so that logging the error does not log the user. */
  declare readonly decision: Decision
  /** Who was denied. Not enumerable either. */
  declare readonly user: User

  constructor(decision: Decision, options?: ErrorOptions) {
    super('Access denied: the user is signed in, and the rules deny them', options)
    const reason = denialCode(decision)
    if (reason !== undefined) this.reason = reason
    Object.defineProperty(this, 'decision', { value: decision })
    Object.defineProperty(this, 'user', { value: decision.user })
  }

  static {
    brand(this, 'AccessDeniedError')
  }
}

/**
 * The token is good, and lacks a scope that is required (RFC 6750 section 3.1).
 */
export class InsufficientScopeError extends CognitoAuthError {
  override readonly name = 'InsufficientScopeError'
  readonly code = 'insufficient_scope'
  readonly status = 403
  /** The scopes that are required, whether the token has them or not. */
  readonly scopes: readonly string[]
  /** Whose token it is, where the token is good for other routes. Not enumerable. */
  declare readonly user?: User

  constructor(scopes: readonly string[], options?: ErrorOptions & { readonly user?: User }) {
    super('Insufficient scope: the access token lacks a scope that is required', options)
    this.scopes = Object.freeze([...scopes])
    if (options?.user !== undefined) Object.defineProperty(this, 'user', { value: options.user })
  }

  // RFC 6750 section 3: what a client has to ask its authorisation server for.
  override get headers(): Readonly<Record<string, string>> {
    const challenge = `Bearer error="insufficient_scope", scope="${this.scopes.join(' ')}"`
    return { ...super.headers, 'www-authenticate': challenge }
  }

  static {
    brand(this, 'InsufficientScopeError')
  }
}

/** A dependency is temporarily unavailable. Not the user's fault: the request may be tried again. Always a 503. */
abstract class UnavailableError extends CognitoAuthError {
  readonly status = 503
  /** When to try again; the value of the `Retry-After` header. */
  readonly retryAfterSeconds: number

  constructor(message: string, options?: ErrorOptions & { retryAfterSeconds?: number }) {
    super(message, options)
    this.retryAfterSeconds = options?.retryAfterSeconds ?? 5
  }

  override get headers(): Readonly<Record<string, string>> {
    return { ...super.headers, 'retry-after': String(this.retryAfterSeconds) }
  }
}

/** Public keys cannot be fetched and none is cached. */
export class KeysUnavailableError extends UnavailableError {
  override readonly name = 'KeysUnavailableError'
  readonly code = 'keys_unavailable'

  static {
    brand(this, 'KeysUnavailableError')
  }
}

/** No authorisation config could be loaded yet, for a reason that may pass. */
export class ConfigUnavailableError extends UnavailableError {
  override readonly name = 'ConfigUnavailableError'
  readonly code = 'config_unavailable'

  static {
    brand(this, 'ConfigUnavailableError')
  }
}

/** Options, environment or config file are wrong; the message names what, where, and what to do. */
export class ConfigurationError extends CognitoAuthError {
  override readonly name = 'ConfigurationError'
  readonly code = 'configuration'
  readonly status = 500

  static {
    brand(this, 'ConfigurationError')
  }
}
