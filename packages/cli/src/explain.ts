/**
 * `explain`: which rule lets a user in, or what would.
 *
 * @module
 */

import type { DecisionReason, RuleResult } from '@cognito-auth/core'
import { type ConfigLocation, type Explanation, explainConfig } from '@cognito-auth/core/inspect'

/** A user as somebody describes them. */
export interface DescribedUser {
  /** @default '' */
  readonly email?: string | undefined
  /** @default none */
  readonly groups?: readonly string[] | undefined
  /** What the token says about the address. @default undefined: nothing, which counts as verified */
  readonly emailVerified?: boolean | undefined
}

/** Why a user is let in or not. */
export interface ExplainReport {
  /** Where the config was read: `file auth-config.json`. */
  readonly source: string
  readonly allowed: boolean
  readonly reason: DecisionReason
  readonly isAppAdmin: boolean
  /** Whether every rule must let a user in, or any. */
  readonly requireAll: boolean
  /** Every rule, in order, with what it said. Names show groups and domains, and how many e-mail addresses. */
  readonly rules: readonly RuleResult[]
  /** What would let the user in; empty where they are. */
  readonly hints: readonly string[]
}

function hintsOf({ decision, requireAll, ifVerified }: Explanation): string[] {
  if (decision.allowed) return []
  const failing = decision.rules.filter(({ allowed }) => !allowed).map(({ name }) => name)
  const hints = [
    requireAll
      ? `Every rule must let them in (require_all), and this did not: ${failing.join('; ')}`
      : `Any of these would let them in: ${failing.join('; ')}`,
    'Groups are compared exactly, letter case included; e-mail addresses and domains are not',
  ]
  if (ifVerified === true) hints.unshift('Their e-mail address is not verified. Verified, it would let them in')
  return hints
}

/**
 * Reads a config and says what it decides about a user, and why.
 *
 * @throws {ConfigurationError} when the config, or a variable, is wrong: the message says what.
 * @throws {ConfigUnavailableError} when the config cannot be read now.
 */
export async function explain(user: DescribedUser, location: ConfigLocation = {}): Promise<ExplainReport> {
  const profile = { email: user.email ?? '', groups: user.groups ?? [], emailVerified: user.emailVerified }
  const explanation = await explainConfig(location, profile)
  const { source, requireAll, decision } = explanation
  return {
    source,
    allowed: decision.allowed,
    reason: decision.reason,
    isAppAdmin: decision.user.isAppAdmin,
    requireAll,
    rules: decision.rules,
    hints: hintsOf(explanation),
  }
}

const REASONS: Readonly<Record<DecisionReason, string>> = {
  rule: 'by the rules below',
  app_admin: 'as an app admin (admin_groups or admin_users), whatever the rules say',
  platform_admin: 'as a platform admin (COGNITO_AUTH_PLATFORM_ADMIN_GROUPS), whatever the rules say',
  authorisation_disabled: 'because authorisation is disabled',
  denied: '',
}

/** The report for a person. */
export function explainText(report: ExplainReport): string {
  const { allowed, reason, source, requireAll, rules, hints } = report
  const lines = [
    allowed ? `Let in ${REASONS[reason]}.` : 'Not let in.',
    '',
    `${source}, ${requireAll ? 'every rule must say yes' : 'any rule may say yes'}:`,
    ...rules.map(
      ({ name, allowed: yes, detail }) => `  ${yes ? 'yes' : 'no '}  ${name}${detail ? ` (${detail})` : ''}`,
    ),
  ]
  if (hints.length > 0) lines.push('', ...hints.map((hint) => `${hint}.`))
  return `${lines.join('\n')}\n`
}
