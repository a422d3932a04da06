/**
 * Sentences about values that are not as they should be: where, what is wrong, what to write.
 *
 * @module
 */

import type { BaseIssue } from 'valibot'
import { nearest } from './nearest.js'

/** Where a value is: `rules[0].action`. */
export function placeOf(where: string, issue: BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  // At the top there is nothing before the first name.
  return where === '' || where.endsWith(' ') ? `${where}${path.replace(/^\./, '')}` : `${where}${path}`
}

/** Of all that is wrong with a value, what to mend first: a misspelt name is why another one is missing. */
export function firstOf<Issue extends BaseIssue<unknown>>(issues: readonly [Issue, ...Issue[]]): Issue {
  return issues.find(({ expected }) => expected === 'never') ?? issues[0]
}

/** The sentence about a value: where, and what is wrong there. */
export function complaintOf(where: string, issues: readonly [BaseIssue<unknown>, ...BaseIssue<unknown>[]]): string {
  const issue = firstOf(issues)
  return `${placeOf(where, issue)} ${issue.message}`
}

/** What a strict object says of itself, and of a field that it does not know or does not find. */
export function objectMessage(known: readonly string[], otherwise: string): (issue: BaseIssue<unknown>) => string {
  return (issue) => {
    const key = issue.path?.at(-1)?.key
    if (typeof key !== 'string') return otherwise
    if (issue.expected === 'never') return `is unknown. Did you mean '${nearest(key, known)}'?`
    return issue.received === 'undefined' ? 'is missing' : otherwise
  }
}
