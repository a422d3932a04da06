/**
 * What a rule is, and how its answer is taken.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'
import type { User } from '../user-type.js'

/** What the authoriser that asks has been told. */
export interface RuleContext {
  /** Whether an e-mail that its token marks as not verified matches nothing. */
  readonly requireVerifiedEmail: boolean
}

/** What a rule is told when nobody says otherwise. */
export const STRICT: RuleContext = { requireVerifiedEmail: true }

/**
 * One question about a user. Only `true` lets in; anything else, and an exception, does not.
 *
 * @example
 * ```ts
 * const workingHours: Rule = { name: 'working hours', isAllowed: () => new Date().getHours() < 18 }
 * ```
 */
export interface Rule {
  /** For people to read, in decisions. */
  readonly name: string
  /** `context` is what built-in rules go by; most rules need only the user. */
  isAllowed(user: User, context?: RuleContext): boolean | Promise<boolean>
}

/**
 * Asks a rule. Most answer at once, and are not waited for: that would be most of what a decision costs.
 *
 * @throws {unknown} whatever the rule threw; a `TypeError` for an answer that is not a boolean. `not()` would turn
 * both into a yes if they counted as a no.
 */
export function ask(rule: Rule, user: User, context: RuleContext): boolean | Promise<boolean> {
  const answer: unknown = rule.isAllowed(user, context)
  return typeof answer === 'boolean' ? answer : awaited(answer)
}

async function awaited(answer: unknown): Promise<boolean> {
  const settled = await answer
  if (typeof settled !== 'boolean') throw new TypeError('A rule must answer true or false')
  return settled
}

/**
 * Checks that these are rules.
 *
 * @throws {ConfigurationError} when there is none, or one is not a rule.
 */
export function checkRules(rules: readonly Rule[], where: string): readonly Rule[] {
  if (!Array.isArray(rules) || rules.length === 0) throw new ConfigurationError(`${where} needs at least one rule`)
  for (const rule of rules as readonly Partial<Rule>[]) {
    if (typeof rule?.name !== 'string' || typeof rule.isAllowed !== 'function') {
      throw new ConfigurationError(`${where} takes rules: objects with a name and a function isAllowed`)
    }
  }
  return Object.freeze([...rules])
}

/**
 * Checks that these are texts, for a rule made of a list.
 *
 * @throws {ConfigurationError} when there is none, or one is not a text, or empty.
 */
export function checkList(values: readonly string[], where: string): readonly string[] {
  if (!Array.isArray(values) || values.length === 0) {
    throw new ConfigurationError(`${where} needs a list that is not empty: a rule that nobody can pass is a mistake`)
  }
  if (values.some((value: unknown) => typeof value !== 'string' || value === '')) {
    throw new ConfigurationError(`${where} takes texts that are not empty`)
  }
  return values
}
