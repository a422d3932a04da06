/**
 * The authorisation config: the JSON of the Python library, checked, and turned into rules.
 *
 * @module
 */

import * as v from 'valibot'
import { caseless } from '../lib/caseless.js'
import { ConfigurationError } from '../errors.js'
import { checkMembers, refuseUnknown } from '../lib/schema.js'
import { domainRule, emailRule } from '../rules/email-rule.js'
import { groupRule } from '../rules/group-rule.js'
import type { Rule } from '../rules/rule.js'
import type { RuleSet } from '../rules/rule-set.js'
import { parseMembers } from '../lib/hand-written-json.js'

const name = v.pipe(v.string('must be a text, in quotes'), v.nonEmpty('must not be empty'))
const email = v.pipe(
  name,
  v.check((value) => /^[^\s@,]+@[^\s@,]+\.[^\s@,.]+$/.test(value), 'must be an e-mail address, such as a@example.com'),
)
const domain = v.pipe(
  name,
  v.check((value) => !value.includes('@'), 'must be a domain without the @, such as example.com'),
  v.check((value) => /^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/i.test(value), 'must be a domain, such as example.com'),
)
const listOf = <Item extends v.GenericSchema<string>>(item: Item, example: string) =>
  v.optional(v.array(item, `must be a list, such as ["${example}"]`), [])
const flag = (fallback: boolean) => v.optional(v.boolean('must be true or false, without quotes'), fallback)

const entries = {
  allowed_groups: listOf(name, 'developers'),
  allowed_users: listOf(email, 'a@example.com'),
  allowed_domains: listOf(domain, 'example.com'),
  require_all: flag(false),
  admin_groups: listOf(name, 'admins'),
  admin_users: listOf(email, 'a@example.com'),
  require_verified_email: flag(true),
} as const

/** The config as `Authoriser.fromLists` takes it. What is left out is empty, or its default. */
export interface AccessLists {
  /** Cognito groups that are let in; compared exactly. */
  readonly allowedGroups?: readonly string[] | undefined
  /** E-mail addresses that are let in, in any letter case. */
  readonly allowedUsers?: readonly string[] | undefined
  /** E-mail domains that are let in, in any letter case. */
  readonly allowedDomains?: readonly string[] | undefined
  /** Whether every list that is given must match, rather than any. @default false */
  readonly requireAll?: boolean | undefined
  /** Groups whose members are app admins. */
  readonly adminGroups?: readonly string[] | undefined
  /** E-mail addresses of app admins. */
  readonly adminUsers?: readonly string[] | undefined
  /** Whether an e-mail that its token marks as not verified matches nothing. @default true */
  readonly requireVerifiedEmail?: boolean | undefined
}

/** Names as code says them, to names as the file says them. */
const FILE_NAMES: Readonly<Record<keyof AccessLists, keyof typeof entries>> = {
  allowedGroups: 'allowed_groups',
  allowedUsers: 'allowed_users',
  allowedDomains: 'allowed_domains',
  requireAll: 'require_all',
  adminGroups: 'admin_groups',
  adminUsers: 'admin_users',
  requireVerifiedEmail: 'require_verified_email',
}

/** Key of the JSON that a rule comes from. */
export type RuleKey = 'allowed_groups' | 'allowed_users' | 'allowed_domains'

/** What a config says. */
export interface ConfiguredRuleSet extends RuleSet {
  /** Where each of `rules` comes from, in their order. */
  readonly keys: readonly RuleKey[]
}

function ruleSetOf(config: v.InferOutput<v.ObjectSchema<typeof entries, undefined>>): ConfiguredRuleSet {
  const rules = new Map<RuleKey, Rule>()
  if (config.allowed_groups.length > 0) rules.set('allowed_groups', groupRule(config.allowed_groups))
  if (config.allowed_users.length > 0) rules.set('allowed_users', emailRule(config.allowed_users))
  if (config.allowed_domains.length > 0) rules.set('allowed_domains', domainRule(config.allowed_domains))
  return {
    rules: [...rules.values()],
    keys: [...rules.keys()],
    requireAll: config.require_all,
    adminGroups: new Set(config.admin_groups),
    adminUsers: new Set(config.admin_users.map(caseless)),
    requireVerifiedEmail: config.require_verified_email,
  }
}

/** Checks members under the names that `display` gives them. Values are never told: the source may be a secret. */
function check(members: object, where: string, display: (fileName: string) => string): ConfiguredRuleSet {
  const set = ruleSetOf(checkMembers(entries, members, (name, place) => display(name) + place, `${where}: `))
  if (set.rules.length > 0) return set
  throw new ConfigurationError(
    `${where}: at least one of ${['allowed_groups', 'allowed_users', 'allowed_domains'].map(display).join(', ')} must not be empty. To let in everybody who is signed in, use \`authoriser: null\``,
  )
}

/**
 * Reads the JSON of the Python library. Keys that begin with `_` are comments.
 *
 * @param where What it was read from, for messages: `file auth.json`.
 * @throws {ConfigurationError} when it is not JSON, has an unknown key, a wrong value, or lets nobody in.
 */
export function parseAuthConfig(json: string, where: string): ConfiguredRuleSet {
  const members = parseMembers(json, where, Object.keys(entries), '{"allowed_groups": ["developers"]}')
  return check(members, where, (fileName) => fileName)
}

/**
 * Checks lists given in code.
 *
 * @throws {ConfigurationError} when a member is unknown or wrong, or they let nobody in.
 */
export function parseAccessLists(lists: AccessLists): RuleSet {
  const where = 'Authoriser.fromLists()'
  const codeNames = Object.keys(FILE_NAMES) as (keyof AccessLists)[]
  refuseUnknown(lists, codeNames, where)
  // Known, each: refused above if not.
  const members = Object.entries(lists).map(([name, value]) => [FILE_NAMES[name as keyof AccessLists], value])
  return check(
    Object.fromEntries(members),
    where,
    (fileName) => codeNames.find((name) => FILE_NAMES[name] === fileName) ?? fileName,
  )
}
