/**
 * What an authoriser answers.
 *
 * @module
 */

import type { User } from './user-type.js'

/** Why a user was allowed or denied. */
export type DecisionReason = 'rule' | 'app_admin' | 'platform_admin' | 'authorisation_disabled' | 'denied'

/**
 * Why a rule came to no answer, which denies:
 *
 * - `email_missing`: it asks for an e-mail, and the token has none;
 * - `email_not_verified`: it asks for an e-mail, and that of the token does not count;
 * - `token_unknown`: it asks for a bearer token, and the user is a copy (`{ ...user }`, JSON), which does not say what it had;
 * - `rule_failed`: it threw, or answered neither `true` nor `false`;
 * - `rule_timeout`: it did not answer in 5 s.
 */
export type RuleDetailCode = 'email_missing' | 'email_not_verified' | 'token_unknown' | 'rule_failed' | 'rule_timeout'

/** What one rule answered. */
export interface RuleResult {
  readonly name: string
  readonly allowed: boolean
  /** Why it came to no answer, where it did not; stable, for metrics and alarms. */
  readonly code?: RuleDetailCode
  /** The same for people to read. Never holds a claim value. */
  readonly detail?: string
}

/** Whether a user is allowed, and why. An object: it is always true in a condition, `allowed` is not. */
export interface Decision {
  readonly allowed: boolean
  /** The user, with `isAppAdmin` as the authoriser grants it. */
  readonly user: User
  readonly reason: DecisionReason
  /** The rules that were asked, in order: all of them by `explain`, by `authorise` until the answer was certain. */
  readonly rules: readonly RuleResult[]
}

/** Why the first rule that came to no answer did not; `undefined` where all answered, and for an allowed user. */
export function denialCode(decision: Decision): RuleDetailCode | undefined {
  // A decision of an app's own authoriser, or of its tests, may lack the rules.
  const { allowed, rules = [] } = decision as Partial<Decision>
  return allowed === true ? undefined : rules.find(({ code }) => code !== undefined)?.code
}
