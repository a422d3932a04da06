/**
 * Allows by Cognito group.
 *
 * @module
 */

import { checkList, type Rule } from './rule.js'

/** Whether one of `groups` is among `wanted`. By places: see `onlyStrings` in `user.ts`. */
export function isAmong(groups: readonly string[], wanted: ReadonlySet<string>): boolean {
  for (let place = 0; place < groups.length; place += 1) if (wanted.has(groups[place] as string)) return true
  return false
}

/**
 * Allows members of at least one Cognito group. Names match exactly, case included.
 *
 * @throws {ConfigurationError} when `groups` is empty: a rule that can never allow is a mistake.
 */
export function groupRule(groups: readonly string[]): Rule {
  const wanted = new Set(checkList(groups, 'groupRule()'))
  return {
    name: wanted.size > 5 ? `groups (${wanted.size})` : `groups: ${[...wanted].join(', ')}`,
    isAllowed: (user) => isAmong(user.groups, wanted),
  }
}
