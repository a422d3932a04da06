/**
 * Rules made of rules.
 *
 * A rule that throws has not said no but nothing: the combination throws too, and whoever asks denies. Only in `anyOf`
 * may another rule let the user in all the same. So an exception never becomes a yes on its way through `not()`.
 *
 * @module
 */

import { ask, checkRules, type Rule, STRICT } from './rule.js'

function named(name: string, rules: readonly Rule[]): string {
  return `${name}(${rules.map((rule) => rule.name).join('; ')})`
}

/**
 * Lets in whom at least one of the rules lets in.
 *
 * @throws {ConfigurationError} without a rule.
 */
export function anyOf(...rules: readonly Rule[]): Rule {
  checkRules(rules, 'anyOf()')
  return {
    name: named('any of', rules),
    async isAllowed(user, context = STRICT) {
      const failures: unknown[] = []
      for (const rule of rules) {
        try {
          if (await ask(rule, user, context)) return true
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
      return false
    },
  }
}

/**
 * Lets in whom every one of the rules lets in.
 *
 * @throws {ConfigurationError} without a rule: all of nothing would be everybody.
 */
export function allOf(...rules: readonly Rule[]): Rule {
  checkRules(rules, 'allOf()')
  return {
    name: named('all of', rules),
    async isAllowed(user, context = STRICT) {
      for (const rule of rules) if (!(await ask(rule, user, context))) return false
      return true
    },
  }
}

/**
 * Lets in whom the rule does not. Where the rule throws, `not` throws too.
 *
 * @throws {ConfigurationError} when it is not a rule.
 */
export function not(rule: Rule): Rule {
  checkRules([rule], 'not()')
  return {
    name: `not(${rule.name})`,
    isAllowed: async (user, context = STRICT) => !(await ask(rule, user, context)),
  }
}
