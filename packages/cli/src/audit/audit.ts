/**
 * `audit`: what in a template lets requests reach an authenticated app past its sign-in.
 *
 * @module
 */

import { cloudFormationInfrastructure, isTemplate } from './cloudformation/infrastructure.js'
import { readStack } from './cloudformation/stack.js'
import type { Infrastructure } from './infrastructure.js'
import { type Json, readJson } from './json-file.js'
import { Paths } from './paths.js'
import type { RuleName } from './rule.js'
import { RULES } from './rules.js'
import { terraformInfrastructure } from './terraform/infrastructure.js'
import { isPlan } from './terraform/plan.js'
import { UnreadableError } from './unreadable.js'

/** Something that a template does wrong. */
export interface AuditFinding {
  readonly rule: RuleName
  /** The logical id, or the Terraform address. */
  readonly resource: string
  /** One sentence, without the full stop and without any value of the template. */
  readonly why: string
  /** What to write instead. */
  readonly fix: string
}

/** What `audit` found. */
export interface AuditReport {
  /** Ways past the sign-in first. */
  readonly findings: readonly AuditFinding[]
  /** How many checks could not be made, because what decides them is a parameter, an import or known after apply. */
  readonly unchecked: number
}

/** A finding with the file that its resource is in, for SARIF. */
export interface LocatedFinding extends AuditFinding {
  readonly file: string
}

/** What to leave out. */
export interface Ignored {
  readonly rule: RuleName
  readonly resource: string
}

function read(file: string, json: Json): Infrastructure {
  if (isTemplate(json)) return cloudFormationInfrastructure(readStack(file, json))
  if (isPlan(json)) return terraformInfrastructure(json, file)
  throw new UnreadableError(`${file} is neither a CloudFormation template nor the output of terraform show -json PLAN`)
}

/** Templates nest as deep as they like, and refer to themselves: both end here. */
function infrastructureOf(file: string): Infrastructure {
  const { json } = readJson(file)
  try {
    return read(file, json)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UnreadableError(`${file} is nested too deep, or refers to itself`, { cause: error })
  }
}

/** As `audit`, with files. */
export function auditFile(
  file: string,
  ignored: readonly Ignored[] = [],
): { readonly findings: readonly LocatedFinding[]; readonly unchecked: number } {
  const infrastructure = infrastructureOf(file)
  const paths = new Paths(infrastructure)
  const verdicts = RULES.flatMap((rule) => rule.check(infrastructure, paths).map((verdict) => ({ ...verdict, rule })))
  const findings = verdicts
    .filter(({ outcome }) => outcome === 'found')
    .map(({ rule, resource, why }) => ({
      rule: rule.name,
      resource: resource.name,
      why,
      fix: rule.fix[infrastructure.tool],
      file: resource.file,
    }))
    .filter(({ rule, resource }) => !ignored.some((one) => one.rule === rule && one.resource === resource))
  const unchecked = verdicts.filter(({ outcome }) => outcome === 'unchecked').length
  return { findings, unchecked: unchecked + infrastructure.unreadParts }
}

/**
 * Audits a synthesised CloudFormation template, with the nested ones beside it, or the output of `terraform show -json`.
 *
 * @param file Its path.
 * @throws {UnreadableError} when the file, or a nested template, cannot be read or is something else.
 */
export function audit(file: string, options: { readonly ignore?: readonly Ignored[] } = {}): AuditReport {
  const { findings, unchecked } = auditFile(file, options.ignore)
  return { findings: findings.map(({ rule, resource, why, fix }) => ({ rule, resource, why, fix })), unchecked }
}
