/**
 * What an authoriser answers.
 *
 * @module
 */

import type { User } from './user-type.js'

/** Why a user was let in or not. */
export type DecisionReason = 'rule' | 'app_admin' | 'platform_admin' | 'authorisation_disabled' | 'denied'

/** What one rule said. */
export interface RuleResult {
  readonly name: string
  readonly allowed: boolean
  /** For people to read, e.g. that the rule threw. Never holds a claim value. */
  readonly detail?: string
}

/** Whether a user may come in, and why. */
export interface Decision {
  readonly allowed: boolean
  /** The user, with `isAppAdmin` as the authoriser grants it. */
  readonly user: User
  readonly reason: DecisionReason
  /** The rules that were asked, in order: all of them by `explain`, by `authorise` until the answer was certain. */
  readonly rules: readonly RuleResult[]
}
