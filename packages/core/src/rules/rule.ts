/**
 * What a rule is, and how it is asked.
 *
 * An answer has three values: yes, no, and none. A rule has none where it cannot know: an e-mail that is missing or not
 * verified, a copy of a user that does not say what its token was, or no answer in time. None denies, and `not()` of none is none: whoever is banned by e-mail must not be
 * allowed once the address is unverified.
 *
 * @module
 */

import type { RuleDetailCode } from '../decision.js'
import { ConfigurationError } from '../errors.js'
import { goOn } from '../lib/at-once.js'
import { withTimeLimit } from '../lib/time-limit.js'
import type { User } from '../user-type.js'

/** What the authoriser that asks has been told. */
export interface RuleContext {
  /** Whether an e-mail that its token marks as not verified matches nothing. */
  readonly requireVerifiedEmail: boolean
}

/** What a rule is told by default. */
export const STRICT: RuleContext = Object.freeze({ requireVerifiedEmail: true })

/** What a rule is told with `requireVerifiedEmail: false`. */
export const LAX: RuleContext = Object.freeze({ requireVerifiedEmail: false })

/**
 * One question about a user. Only `true` allows; anything else, an exception, and no answer in 5 s deny, inside `not()`
 * too.
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

/** Neither yes nor no, and why. */
export interface NoAnswer {
  readonly code: RuleDetailCode
  /** For people to read; holds no claim value. */
  readonly detail: string
}

/** What a rule says. */
export type Answer = boolean | NoAnswer

type Question = (user: User, context: RuleContext) => Answer | Promise<Answer>

/**
 * Where the function `isAllowed` of a built-in rule keeps its question of three answers. On the function, so that a copy
 * of a rule (`{ ...rule, name }`) has it, and a copy with another `isAllowed` does not; by a registered symbol, so that the
 * ES module and CommonJS builds know each other's rules.
 */
const QUESTION = Symbol.for('@cognito-auth/core/question')

/** Milliseconds that a rule has to answer. */
const ANSWER_MS = 5_000

const TIMED_OUT: NoAnswer = { code: 'rule_timeout', detail: 'the rule did not answer in 5 s, which denies' }

/** Thrown by the time limit only; never leaves this module. */
class TimedOut extends Error {}

/** Makes a rule of a question that may come to no answer. Asked by itself, it denies then. */
export function ruleOf(name: string, question: Question): Rule {
  const isAllowed = (user: User, context: RuleContext = STRICT): boolean | Promise<boolean> => {
    const answer = question(user, context)
    return goOn(answer, (settled) => settled === true)
  }
  return { name, isAllowed: Object.assign(isAllowed, { [QUESTION]: question }) }
}

/**
 * Asks a rule. Most answer at once, and are not waited for: that would be most of what a decision costs.
 *
 * @throws {unknown} whatever the rule threw; a `TypeError` for an answer that is not a boolean. `not()` would turn
 * both into a yes if they counted as a no.
 */
export function ask(rule: Rule, user: User, context: RuleContext): Answer | Promise<Answer> {
  if (Object.hasOwn(rule.isAllowed, QUESTION)) {
    // What it is made of has the time limit: a combination may still be answered by the next of its rules.
    return (rule.isAllowed as unknown as { [QUESTION]: Question })[QUESTION](user, context)
  }
  const answer: unknown = rule.isAllowed(user, context)
  return typeof answer === 'boolean' ? answer : inTime(answer)
}

async function inTime(answer: unknown): Promise<Answer> {
  let settled: unknown
  try {
    settled = await withTimeLimit(
      ANSWER_MS,
      async () => await answer,
      () => new TimedOut(),
    )
  } catch (error) {
    if (error instanceof TimedOut) return TIMED_OUT
    throw error
  }
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
 * Checks that these are strings, for a rule made of a list.
 *
 * @throws {ConfigurationError} when there is none, or one is not a string, or empty.
 */
export function checkList(values: readonly string[], where: string): readonly string[] {
  if (!Array.isArray(values) || values.length === 0) {
    throw new ConfigurationError(`${where} needs a list that is not empty: a rule that denies everyone is a mistake`)
  }
  if (values.some((value: unknown) => typeof value !== 'string' || value === '')) {
    throw new ConfigurationError(`${where} takes strings that are not empty`)
  }
  return values
}
