/**
 * The report for a person.
 *
 * @module
 */

import type { AuditReport } from './audit.js'
import { printableLines } from '../printable.js'
import { RULES } from './rules.js'

function count(number: number, one: string, several: string): string {
  return `${number} ${number === 1 ? one : several}`
}

function textOf({ rule, resource, why, fix }: AuditReport['findings'][number], width: number): string[] {
  const indent = ' '.repeat(width + 2)
  const { severity, url } = RULES.find(({ name }) => name === rule) ?? { severity: 'error', url: '' }
  return [`${rule.padEnd(width)}  ${resource} (${severity})`, `${indent}${why} (${url})`, `${indent}-> ${fix}`, '']
}

/** Findings, how grave they are, the public attack or the page of AWS that tells of each, what to do about them, and how much could not be looked at. */
export function auditText({ findings, unchecked }: AuditReport): string {
  const width = Math.max(0, ...findings.map(({ rule }) => rule.length))
  const lines = findings.flatMap((finding) => textOf(finding, width))
  lines.push(findings.length === 0 ? 'No problems found.' : `${count(findings.length, 'problem', 'problems')} found.`)
  if (unchecked > 0) {
    lines.push(
      `${count(unchecked, 'check was', 'checks were')} not made: parameters, imports, or values known after apply decide.`,
    )
  }
  return printableLines(lines)
}
