/**
 * Allows by Cognito group.
 *
 * @module
 */

import { checkList, type Rule } from './rule.js'

/**
 * Allows members of at least one Cognito group. Names match exactly, case included.
 *
 * @throws {ConfigurationError} when `groups` is empty: a rule that can never allow is a mistake.
 */
export function groupRule(groups: readonly string[]): Rule {
  const wanted = new Set(checkList(groups, 'groupRule()'))
  return {
    name: wanted.size > 5 ? `groups (${wanted.size})` : `groups: ${[...wanted].join(', ')}`,
    isAllowed: (user) => user.groups.some((group) => wanted.has(group)),
  }
}
