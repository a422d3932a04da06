/**
 * Rules and admins together become a decision.
 *
 * @module
 */

import type { Decision, DecisionReason, RuleResult } from '../decision.js'
import type { User } from '../user-type.js'
import { goOn, isPromise } from '../lib/at-once.js'
import { caseless } from '../lib/text/caseless.js'
import { withAppAdmin } from '../user.js'
import { emailTrouble } from './email-rule.js'
import { isAmong } from './group-rule.js'
import { type Answer, ask, LAX, type Rule, type RuleContext, STRICT } from './rule.js'

/** Which users are allowed. */
export interface RuleSet extends RuleContext {
  readonly rules: readonly Rule[]
  readonly requireAll: boolean
  readonly adminGroups: ReadonlySet<string>
  /** In lower case. */
  readonly adminUsers: ReadonlySet<string>
}

/** How a rule set is asked. */
export interface DecideOptions {
  /** Whether platform admins are allowed whatever the rules say. */
  readonly admitPlatformAdmins: boolean
  /** Ask every rule, for people to read, rather than stop when the answer is certain. */
  readonly askAll: boolean
}

function isAppAdmin(user: User, set: RuleSet): boolean {
  return (
    (set.adminGroups.size > 0 && isAmong(user.groups, set.adminGroups)) ||
    (set.adminUsers.size > 0 &&
      emailTrouble(user, set.requireVerifiedEmail) === undefined &&
      set.adminUsers.has(caseless(user.email)))
  )
}

/** The class of what was thrown, where it is one of the language: a name of the app's own may hold anything. */
function kindOf(error: unknown): string {
  const classes = [TypeError, RangeError, ReferenceError, SyntaxError, EvalError, URIError, AggregateError, Error]
  return classes.find((one) => error instanceof one)?.name ?? 'not an Error'
}

/** No answer denies, and says why. */
function resultOf(rule: Rule, answer: Answer): RuleResult {
  const { name } = rule
  if (typeof answer === 'boolean') return { name, allowed: answer }
  return { name, allowed: false, code: answer.code, detail: answer.detail }
}

/** A rule that throws denies, and says so; what it threw may hold anything, so only its class is told. */
function failed(rule: Rule, error: unknown): RuleResult {
  const detail = `the rule failed (${kindOf(error)}), which denies`
  return { name: rule.name, allowed: false, code: 'rule_failed', detail }
}

/** Asks a rule; gives its result at once where it answers at once. */
function askOne(rule: Rule, user: User, context: RuleContext): RuleResult | Promise<RuleResult> {
  try {
    const answer = ask(rule, user, context)
    if (!isPromise(answer)) return resultOf(rule, answer)
    return answer.then(
      (settled) => resultOf(rule, settled),
      (error: unknown) => failed(rule, error),
    )
  } catch (error) {
    return failed(rule, error)
  }
}

/** Asks the rules from `first` on. At once where all that are asked answer at once. */
function askRules(
  user: User,
  set: RuleSet,
  askAll: boolean,
  results: RuleResult[] = [],
): RuleResult[] | Promise<RuleResult[]> {
  // Only what concerns them: a rule sees no list but its own. Frozen, so that no rule changes it for the next.
  const context = set.requireVerifiedEmail ? STRICT : LAX
  const isCertain = (): boolean => !askAll && results.length > 0 && results.at(-1)?.allowed !== set.requireAll
  while (results.length < set.rules.length && !isCertain()) {
    const result = askOne(set.rules[results.length] as Rule, user, context)
    if (isPromise(result)) {
      return result.then((answer) => askRules(user, set, askAll, [...results, answer]))
    }
    results.push(result)
  }
  return results
}

/**
 * Decides about a user, at once where its rules answer at once. Never throws for a denial, nor for a rule that does.
 */
export function decide(user: User, set: RuleSet, options: DecideOptions): Decision | Promise<Decision> {
  const appAdmin = isAppAdmin(user, set)
  const marked = withAppAdmin(user, appAdmin, set)
  const admin: DecisionReason | undefined = appAdmin
    ? 'app_admin'
    : options.admitPlatformAdmins && user.isPlatformAdmin
      ? 'platform_admin'
      : undefined
  const asked = admin === undefined || options.askAll
  // Rules see the user as admin or not, so that a rule of one's own may go by it.
  const results = asked ? askRules(marked, set, options.askAll) : []
  const conclude = (rules: readonly RuleResult[]): Decision => {
    const admitted = set.requireAll ? rules.every((rule) => rule.allowed) : rules.some((rule) => rule.allowed)
    // No rule is no permission, also where "every one of none" would be true.
    const allowed = admin !== undefined || (rules.length > 0 && admitted)
    const reason = admin ?? (allowed ? 'rule' : 'denied')
    return Object.freeze({ allowed, user: marked, reason, rules: Object.freeze(rules) })
  }
  return goOn(results, conclude)
}
