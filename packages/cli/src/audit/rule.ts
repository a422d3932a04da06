/**
 * What a rule of the audit is, and what it gives.
 *
 * @module
 */

import type { Infrastructure, Resource } from './infrastructure.js'
import type { Paths } from './paths.js'

/** Names of the rules; `--ignore` and SARIF know them by these. */
export type RuleName =
  | 'open-path'
  | 'http-listener'
  | 'open-targets'
  | 'lambda-permission'
  | 'invalid-headers'
  | 'callback-url'
  | 'client-secret'
  | 'access-token'
  | 'alb-arn'
  | 'jwt-claims'
  | 'signed-out'

/** Says what is wrong with a resource, or that it could not be looked at. */
export interface Verdict {
  readonly resource: Resource
  /** `unchecked`: a value that decides it is unknown. */
  readonly outcome: 'found' | 'unchecked'
  /** One sentence that holds no value of the template, only names. */
  readonly why: string
}

/** A check of an infrastructure. */
export interface Rule {
  readonly name: RuleName
  /** For lists of rules: what it looks for. */
  readonly summary: string
  /** `error`: a way in. `warning`: what makes one wider, or breaks. */
  readonly severity: 'error' | 'warning'
  /** The page of AWS, or the report of the attack. */
  readonly url: string
  /** What to write, per tool. */
  readonly fix: { readonly cloudformation: string; readonly terraform: string }
  check(infrastructure: Infrastructure, paths: Paths): readonly Verdict[]
}

/** A finding, unless something that it depends on may not be there. */
export function found(resource: Resource, why: string, ...dependsOn: readonly (Resource | undefined)[]): Verdict {
  const isCertain = [resource, ...dependsOn].every((one) => one?.isConditional !== true)
  return { resource, outcome: isCertain ? 'found' : 'unchecked', why }
}

/** A check that could not be made. */
export function unchecked(resource: Resource): Verdict {
  return { resource, outcome: 'unchecked', why: 'a value that decides it is not known' }
}
