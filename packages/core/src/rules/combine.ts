/**
 * Rules made of rules, by three-valued logic (Kleene's): where a rule has no answer, the combination has none unless the
 * other rules make it certain.
 *
 * An exception is neither allow nor deny. It propagates, so that `not()` cannot turn it into an allow; only in `anyOf` may
 * another rule allow all the same.
 *
 * @module
 */

import { type Answer, ask, checkRules, type NoAnswer, type Rule, ruleOf } from './rule.js'

function named(name: string, rules: readonly Rule[]): string {
  return `${name}(${rules.map((rule) => rule.name).join('; ')})`
}

/**
 * Allows whom at least one of the rules allows.
 *
 * @throws {ConfigurationError} without a rule.
 */
export function anyOf(...rules: readonly Rule[]): Rule {
  checkRules(rules, 'anyOf()')
  return ruleOf(named('any of', rules), async (user, context): Promise<Answer> => {
    const failures: unknown[] = []
    let none: NoAnswer | undefined
    for (const rule of rules) {
      try {
        const answer = await ask(rule, user, context)
        if (answer === true) return true
        if (answer !== false) none ??= answer
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
    return none ?? false
  })
}

/**
 * Allows whom every one of the rules allows.
 *
 * @throws {ConfigurationError} without a rule: all of nothing would be everybody.
 */
export function allOf(...rules: readonly Rule[]): Rule {
  checkRules(rules, 'allOf()')
  return ruleOf(named('all of', rules), async (user, context): Promise<Answer> => {
    let none: NoAnswer | undefined
    for (const rule of rules) {
      const answer = await ask(rule, user, context)
      if (answer === false) return false
      if (answer !== true) none ??= answer
    }
    return none ?? true
  })
}

/**
 * Allows whom the rule denies. Where the rule throws, or comes to no answer, so does `not`, which denies.
 *
 * @throws {ConfigurationError} when it is not a rule.
 */
export function not(rule: Rule): Rule {
  checkRules([rule], 'not()')
  return ruleOf(`not(${rule.name})`, async (user, context): Promise<Answer> => {
    const answer = await ask(rule, user, context)
    return typeof answer === 'boolean' ? !answer : answer
  })
}
