/**
 * The command `audit`.
 *
 * @module
 */

import { nearest } from '@cognito-auth/core/inspect'
import { parse } from '../arguments.js'
import { auditFile, type Ignored } from '../audit/audit.js'
import { auditText } from '../audit/report.js'
import { RULES } from '../audit/rules.js'
import { sarif } from '../audit/sarif.js'
import { UnreadableError } from '../audit/unreadable.js'
import { EXIT, json, type Outcome, UsageError } from '../outcome.js'

/** `RULE:RESOURCE`; a Terraform address may have colons of its own. */
function ignoredOf(text: string): Ignored {
  const [, name = '', resource = ''] = /^([^:]*):(.+)$/s.exec(text) ?? []
  if (resource === '') throw new UsageError(`--ignore must be RULE:RESOURCE, such as open-path:HealthRule`)
  const rule = RULES.find((one) => one.name === name)?.name
  if (rule === undefined) {
    const meant = nearest(
      name,
      RULES.map((one) => one.name),
    )
    throw new UsageError(`Unknown rule '${name}'. Did you mean '${meant}'?`)
  }
  return { rule, resource }
}

/** @throws {UsageError} when the arguments are wrong. */
export function runAudit(args: readonly string[]): Outcome {
  const { values, positionals } = parse(
    args,
    { json: { type: 'boolean' }, sarif: { type: 'boolean' }, ignore: { type: 'string', multiple: true } },
    true,
  )
  const [file, ...others] = positionals
  if (file === undefined || file === '') {
    throw new UsageError('Missing file: give a CloudFormation template, or the output of terraform show -json PLAN')
  }
  if (others.length > 0) throw new UsageError('audit takes one file at a time')
  if (values.json === true && values.sarif === true) throw new UsageError('--json and --sarif cannot be used together')
  const ignored = (values.ignore ?? []).map(ignoredOf)
  try {
    const { findings, unchecked } = auditFile(file, ignored)
    const exitCode = findings.length === 0 ? EXIT.ok : EXIT.no
    if (values.sarif === true) return { exitCode, stdout: json(sarif(findings, unchecked)), stderr: '' }
    const report = {
      findings: findings.map(({ rule, resource, why, fix }) => ({ rule, resource, why, fix })),
      unchecked,
    }
    return { exitCode, stdout: values.json === true ? json(report) : auditText(report), stderr: '' }
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error
    const stdout = values.json === true ? json({ error: { code: 'unreadable', message: error.message } }) : ''
    return { exitCode: EXIT.unreadable, stdout, stderr: `${error.message}\n` }
  }
}
