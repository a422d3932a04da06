/**
 * What happened, published on `node:diagnostics_channel`, so that any logger, metrics or tracing library can listen
 * without a dependency. No message holds a token, an e-mail address or a claim value other than `sub`.
 *
 * Publishing cannot change an outcome: Node runs subscribers inside a `try` of its own, and raises what they throw as an
 * `uncaughtException` later, which ends a process that does not handle it. A subscriber catches what is its own.
 *
 * @module
 */

import { channel } from 'node:diagnostics_channel'
import type { DecisionReason, RuleDetailCode } from './decision.js'
import type { ErrorCode } from './errors.js'

/** `cognito-auth:authenticated`: the tokens of a request hold. */
export interface AuthenticatedEvent {
  readonly sub: string
  /** A mock user of dev mode: no token was verified. */
  readonly mock: boolean
}

/** `cognito-auth:rejected`: authentication failed. */
export interface RejectedEvent {
  readonly code: ErrorCode | 'internal_error'
  readonly reason: string | undefined
  readonly status: number
}

/** `cognito-auth:authorised`: a user was allowed. */
export interface AuthorisedEvent {
  readonly sub: string
  readonly reason: DecisionReason
}

/** `cognito-auth:denied`: a user was denied. */
export interface DeniedEvent {
  readonly sub: string
  readonly reason: DecisionReason
  /** Why a rule came to no answer, where one did not: `email_not_verified`. */
  readonly detail?: RuleDetailCode | undefined
}

/** `cognito-auth:keys`: public keys were asked for over the network. */
export interface KeysEvent {
  readonly source: 'alb' | 'jwks'
  /** Where from; for an ALB key its `kid` is the end of it. */
  readonly url: string
  readonly outcome: 'fetched' | 'not_found' | 'unavailable' | 'over_budget'
  /** Whether a key fetched earlier goes on serving. */
  readonly stale: boolean
}

/** `cognito-auth:config`: the authorisation config was read, or could not be. */
export interface ConfigEvent {
  /** `file auth.json`, `secret my-app/auth`. */
  readonly source: string
  readonly outcome: 'loaded' | 'failed'
  readonly code: ErrorCode | undefined
  /** How old the config that serves now is; `null` when there is none. */
  readonly ageSeconds: number | null
}

/** The channels and what they carry. */
export interface CognitoAuthEvents {
  'cognito-auth:authenticated': AuthenticatedEvent
  'cognito-auth:rejected': RejectedEvent
  'cognito-auth:authorised': AuthorisedEvent
  'cognito-auth:denied': DeniedEvent
  'cognito-auth:keys': KeysEvent
  'cognito-auth:config': ConfigEvent
}

const channels = {
  'cognito-auth:authenticated': channel('cognito-auth:authenticated'),
  'cognito-auth:rejected': channel('cognito-auth:rejected'),
  'cognito-auth:authorised': channel('cognito-auth:authorised'),
  'cognito-auth:denied': channel('cognito-auth:denied'),
  'cognito-auth:keys': channel('cognito-auth:keys'),
  'cognito-auth:config': channel('cognito-auth:config'),
} satisfies Record<keyof CognitoAuthEvents, unknown>

/** Publishes one event; costs next to nothing without a subscriber. */
export function publish<Name extends keyof CognitoAuthEvents>(name: Name, message: CognitoAuthEvents[Name]): void {
  const target = channels[name]
  if (target.hasSubscribers) target.publish(Object.freeze(message))
}
