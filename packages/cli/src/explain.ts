/**
 * `explain`: which rule allows a user, or what would.
 *
 * @module
 */

import type { DecisionReason, RuleDetailCode } from '@cognito-auth/core'
import {
  bearerOfEnvironment,
  type ConfigLocation,
  type Explanation,
  explainConfig,
  type RuleKey,
} from '@cognito-auth/core/inspect'
import { printableLines } from './printable.js'

/** A user, described. */
export interface DescribedUser {
  /** @default '' */
  readonly email?: string | undefined
  /** @default none */
  readonly groups?: readonly string[] | undefined
  /** App client of a bearer token, which has no e-mail. @default none: a person with an ALB session */
  readonly client?: string | undefined
  /** Scopes of the bearer token. @default none */
  readonly scopes?: readonly string[] | undefined
  /**
   * What the token says about the address. @default undefined: nothing, which counts as verified unless
   * `COGNITO_AUTH_GROUPS_CLAIM` is set
   */
  readonly emailVerified?: boolean | undefined
}

/** What one rule of the config said. */
export interface ExplainedRule {
  /** Where in the JSON it is. */
  readonly key: RuleKey
  /**
   * Groups, domains, or how many e-mail addresses; left out for a secret, whose values must not be printed.
   */
  readonly name?: string
  readonly allowed: boolean
  /** Why it came to no answer, where it did not; for programs. */
  readonly code?: RuleDetailCode
  /** The same for people to read. Never holds a value of the config or of the user. */
  readonly detail?: string
}

/** Why a user is allowed or denied. */
export interface ExplainReport {
  /** Where the config was read: `file auth-config.json`. */
  readonly source: string
  readonly allowed: boolean
  readonly reason: DecisionReason
  readonly isAppAdmin: boolean
  /** Whether every rule must allow a user, or any. */
  readonly requireAll: boolean
  /** Every rule, in order, with what it said. */
  readonly rules: readonly ExplainedRule[]
  /** What would allow the user, and why a bearer token is rejected whatever the rules say. */
  readonly hints: readonly string[]
}

/** How to ask. */
export interface ExplainOptions {
  /** Groups whose members are platform admins. @default `COGNITO_AUTH_PLATFORM_ADMIN_GROUPS` */
  readonly platformAdminGroups?: readonly string[] | undefined
}

function rulesOf({ decision, keys, isSecret }: Explanation): ExplainedRule[] {
  return decision.rules.flatMap(({ name, ...result }, index) => {
    const key = keys[index]
    if (key === undefined) return []
    return [isSecret ? { key, ...result } : { key, name, ...result }]
  })
}

/** What a rule that denied asks for. */
const WANTED: Readonly<Record<RuleKey, string>> = {
  allowed_groups: 'a group of allowed_groups',
  allowed_users: 'the e-mail address in allowed_users',
  allowed_domains: 'an e-mail address of allowed_domains',
  allowed_clients: 'a bearer token of a client of allowed_clients',
}

function isAboutEmail(key: RuleKey): boolean {
  return key === 'allowed_users' || key === 'allowed_domains'
}

/** Why a bearer token is rejected before any rule is asked, as far as the environment says; options in code are not seen. */
function tokenHintsOf({ client, scopes = [] }: DescribedUser): string[] {
  if (client === undefined) return []
  const bearer = bearerOfEnvironment()
  if (bearer === undefined) {
    return [
      'COGNITO_AUTH_BEARER_CLIENT_IDS is not set: bearer tokens are rejected (401), unless the app has the option bearer',
    ]
  }
  if (!bearer.clientIds.includes(client)) {
    return ['The client is not in COGNITO_AUTH_BEARER_CLIENT_IDS: its tokens are rejected (401)']
  }
  const missing = bearer.scopes.filter((scope) => !scopes.includes(scope))
  if (missing.length === 0) return []
  return [`The token lacks scopes of COGNITO_AUTH_BEARER_SCOPES (403, insufficient_scope): ${missing.join(', ')}`]
}

/** What a report for a person who comes by SAML would otherwise leave out: it would say that they are allowed. */
const IF_VERIFIED =
  'Only where the token marks the e-mail address as verified, or says nothing of it. Those of SAML and OIDC providers are not, by default: try --email-verified false'

/** What the rules that denied ask for. */
function wantedOf({ requireAll, ifVerified }: Explanation, denied: readonly RuleKey[]): string {
  const mustBeVerified = ifVerified !== undefined
  const wanted = denied
    .map((key) => (mustBeVerified && isAboutEmail(key) ? `${WANTED[key]}, verified` : WANTED[key]))
    .join('; ')
  return requireAll
    ? `Every rule must allow (require_all), and the user lacks: ${wanted}`
    : `Any of these would allow the user: ${wanted}`
}

/** The same of a bearer token: no rule about e-mail addresses can ever allow it. */
function wantedOfToken(explanation: Explanation, denied: readonly RuleKey[]): string {
  const { requireAll } = explanation
  const impossible = denied.filter(isAboutEmail).join(' and ')
  if (requireAll && impossible !== '') {
    return `Every rule must allow (require_all), and ${impossible} cannot: a bearer token has no e-mail address`
  }
  const possible = denied.filter((key) => !isAboutEmail(key))
  if (possible.length > 0) return wantedOf(explanation, possible)
  return `A bearer token has no e-mail address, so ${impossible} cannot allow it: the client in allowed_clients would`
}

/** Why the address does not count, and that it would allow the user if it did. */
function verifiedHint(explanation: Explanation, { emailVerified }: DescribedUser): string {
  return explanation.silenceIsNo && emailVerified === undefined
    ? 'The token says nothing of the e-mail address, which is not verified then: COGNITO_AUTH_GROUPS_CLAIM is set. Verified, it would allow the user: try --email-verified true'
    : 'The e-mail address is not verified. Verified, it would allow the user'
}

function hintsOf(explanation: Explanation, rules: readonly ExplainedRule[], user: DescribedUser): string[] {
  const { decision, ifVerified, ifUnverified, hasAppAdmins } = explanation
  if (decision.allowed) return ifUnverified === false ? [IF_VERIFIED] : []
  const denied = rules.filter(({ allowed }) => !allowed).map(({ key }) => key)
  const isToken = user.client !== undefined
  const hints = isToken
    ? [wantedOfToken(explanation, denied), 'Groups and clients are compared exactly, letter case included']
    : [
        wantedOf(explanation, denied),
        'Groups are compared exactly, letter case included; e-mail addresses and domains are not',
      ]
  if (ifVerified === true) hints.unshift(verifiedHint(explanation, user))
  if (hasAppAdmins) {
    const lists = isToken ? 'admin_groups' : 'admin_groups, admin_users'
    hints.push(`App admins (${lists}) are allowed whatever the rules say`)
  }
  if (decision.user.isPlatformAdmin) {
    hints.push(
      'The user is a platform admin by default, which is a label only. COGNITO_AUTH_PLATFORM_ADMIN_GROUPS would allow them',
    )
  }
  return hints
}

/**
 * Reads a config and says what it decides about a user, and why.
 *
 * @throws {ConfigurationError} when the config, or a variable, is wrong: the message says what.
 * @throws {ConfigUnavailableError} when the config cannot be read now.
 */
export async function explain(
  user: DescribedUser,
  location: ConfigLocation = {},
  options: ExplainOptions = {},
): Promise<ExplainReport> {
  const { client, groups = [], scopes = [] } = user
  const profile =
    client === undefined
      ? { email: user.email ?? '', groups, emailVerified: user.emailVerified }
      : { kind: 'machine' as const, sub: client, username: '', clientId: client, email: '', groups, scopes }
  const explanation = await explainConfig(location, profile, options.platformAdminGroups)
  const { source, requireAll, decision } = explanation
  const rules = rulesOf(explanation)
  return {
    source,
    allowed: decision.allowed,
    reason: decision.reason,
    isAppAdmin: decision.user.isAppAdmin,
    requireAll,
    rules,
    hints: [...hintsOf(explanation, rules, user), ...tokenHintsOf(user)],
  }
}

const REASONS: Readonly<Record<DecisionReason, string>> = {
  rule: '',
  app_admin: 'as an app admin (admin_groups or admin_users), whatever the rules say',
  platform_admin: 'as a platform admin (COGNITO_AUTH_PLATFORM_ADMIN_GROUPS), whatever the rules say',
  authorisation_disabled: 'because authorisation is disabled',
  denied: '',
}

/** The report for a person. */
export function explainText(report: ExplainReport): string {
  const { allowed, reason, source, requireAll, rules, hints } = report
  const by = rules.filter((rule) => rule.allowed).map(({ key }) => key)
  const lines = [
    allowed ? `ALLOWED ${reason === 'rule' ? `by ${by.join(' and ')}` : REASONS[reason]}` : 'DENIED',
    '',
    `${source}, ${requireAll ? 'every rule must allow' : 'any rule may allow'}:`,
    ...rules.map(({ key, name, allowed: yes, detail }) => {
      const rule = name ? `${key.padEnd(15)}  ${name}` : key
      return `  ${yes ? 'yes' : 'no '}  ${rule}${detail === undefined ? '' : `: ${detail}`}`
    }),
  ]
  if (hints.length > 0) lines.push('', ...hints.map((hint) => `${hint}.`))
  return printableLines(lines)
}
