/**
 * The report for a person.
 *
 * @module
 */

import type { AuditReport } from './audit.js'
import { RULES } from './rules.js'

function count(number: number, one: string, several: string): string {
  return `${number} ${number === 1 ? one : several}`
}

function severityOf(rule: string): string {
  return RULES.find(({ name }) => name === rule)?.severity ?? 'error'
}

/** Findings, how grave they are, what to do about them, and how much could not be looked at. */
export function auditText({ findings, unchecked }: AuditReport): string {
  const width = Math.max(0, ...findings.map(({ rule }) => rule.length))
  const indent = ' '.repeat(width + 2)
  const lines = findings.flatMap(({ rule, resource, why, fix }) => [
    `${rule.padEnd(width)}  ${resource} (${severityOf(rule)})`,
    `${indent}${why}`,
    `${indent}-> ${fix}`,
    '',
  ])
  lines.push(findings.length === 0 ? 'No problems found.' : `${count(findings.length, 'problem', 'problems')} found.`)
  if (unchecked > 0) {
    lines.push(
      `${count(unchecked, 'check was', 'checks were')} not made: parameters, imports, or values known after apply decide.`,
    )
  }
  return `${lines.join('\n')}\n`
}
