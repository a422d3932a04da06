/**
 * Rules made of rules.
 *
 * A rule that throws has not said no but nothing. The combination is certain only where the others decide alone;
 * else it throws too, and whoever asks denies. So an exception never becomes a yes on its way through `not()`.
 *
 * @module
 */

import { ask, checkRules, type Rule, STRICT } from './rule.js'

function combine(name: string, rules: readonly Rule[], decisive: boolean): Rule {
  return {
    name: `${name}(${rules.map((rule) => rule.name).join('; ')})`,
    async isAllowed(user, context = STRICT) {
      const failures: unknown[] = []
      for (const rule of rules) {
        try {
          if ((await ask(rule, user, context)) === decisive) return decisive
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
      return !decisive
    },
  }
}

/**
 * Lets in whom at least one of the rules lets in.
 *
 * @throws {ConfigurationError} without a rule.
 */
export function anyOf(...rules: readonly Rule[]): Rule {
  return combine('any of', checkRules(rules, 'anyOf()'), true)
}

/**
 * Lets in whom every one of the rules lets in.
 *
 * @throws {ConfigurationError} without a rule: all of nothing would be everybody.
 */
export function allOf(...rules: readonly Rule[]): Rule {
  return combine('all of', checkRules(rules, 'allOf()'), false)
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
