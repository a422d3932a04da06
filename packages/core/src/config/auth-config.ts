/**
 * The authorisation config: the JSON of the Python library, checked, and turned into rules.
 *
 * @module
 */

import * as v from 'valibot'
import { caseless } from '../lib/text/caseless.js'
import { ConfigurationError } from '../errors.js'
import { checkMembers, refuseUnknown, refuseWrittenUndefined } from '../lib/schema.js'
import { clientRule } from '../rules/client-rule.js'
import { domainRule, emailRule } from '../rules/email-rule.js'
import { groupRule } from '../rules/group-rule.js'
import type { Rule } from '../rules/rule.js'
import type { RuleSet } from '../rules/rule-set.js'
import { type JsonOrigin, parseMembers } from '../lib/text/hand-written-json.js'

const name = v.pipe(v.string('must be a string, in quotes'), v.nonEmpty('must not be empty'))
const email = v.pipe(
  name,
  v.check(
    // What stands in no address: wildcards, URLs, lists, and what is copied unseen (U+200B). It would match nobody, in silence.
    (value) =>
      /^(?![*.?%]+@|mailto:)[^\s@,;<>\p{Cc}\u200B]+@(?:[\p{L}\p{M}\p{N}-]+\.)+[\p{L}\p{M}\p{N}-]+$/iu.test(value),
    'must be an e-mail address, such as a@example.com',
  ),
)
const domain = v.pipe(
  name,
  v.check((value) => !value.includes('@'), 'must be a domain without the @, such as example.com'),
  // In letters of any alphabet, as tokens have them (RFC 6531).
  v.check(
    (value) => /^(?:[\p{L}\p{M}\p{N}-]+\.)+[\p{L}\p{M}\p{N}-]+$/u.test(value),
    'must be a domain, such as example.com',
  ),
)
/** The key/value editor of Secrets Manager stores `["a"]` as a string: people see a list there. */
const notAList = (value: unknown, example: string): string =>
  typeof value === 'string' && value.trimStart().startsWith('[')
    ? 'must be a list, and is a string: remove the quotes around it (in the console of Secrets Manager, use the Plaintext tab)'
    : `must be a list, such as ["${example}"]`
const listOf = <Item extends v.GenericSchema<string>>(item: Item, example: string) =>
  v.optional(
    v.array(item, ({ input }) => notAList(input, example)),
    [],
  )
const flag = (fallback: boolean) => v.optional(v.boolean('must be true or false, without quotes'), fallback)

const entries = {
  allowed_groups: listOf(name, 'developers'),
  allowed_users: listOf(email, 'a@example.com'),
  allowed_domains: listOf(domain, 'example.com'),
  allowed_clients: listOf(name, '1example23456789'),
  require_all: flag(false),
  admin_groups: listOf(name, 'admins'),
  admin_users: listOf(email, 'a@example.com'),
  require_verified_email: flag(true),
} as const

/**
 * The config as `Authoriser.fromLists` takes it. What is left out is its default; the four `allowed…` lists and
 * `requireAll` must not be `undefined`.
 */
export interface AccessLists {
  /** Cognito groups that are allowed; compared exactly. @default none */
  readonly allowedGroups?: readonly string[]
  /** E-mail addresses that are allowed, in any letter case. @default none */
  readonly allowedUsers?: readonly string[]
  /** E-mail domains that are allowed, in any letter case. @default none */
  readonly allowedDomains?: readonly string[]
  /** App clients whose bearer tokens are allowed; never those of ALB sessions. @default none */
  readonly allowedClients?: readonly string[]
  /** Whether every list that is given must match, rather than any. @default false */
  readonly requireAll?: boolean
  /** Groups whose members are app admins. @default none */
  readonly adminGroups?: readonly string[] | undefined
  /** E-mail addresses of app admins. @default none */
  readonly adminUsers?: readonly string[] | undefined
  /** Whether an e-mail that its token marks as not verified matches nothing. @default true */
  readonly requireVerifiedEmail?: boolean | undefined
}

/** Names as code says them, to names as the file says them. */
const FILE_NAMES: Readonly<Record<keyof AccessLists, keyof typeof entries>> = {
  allowedGroups: 'allowed_groups',
  allowedUsers: 'allowed_users',
  allowedDomains: 'allowed_domains',
  allowedClients: 'allowed_clients',
  requireAll: 'require_all',
  adminGroups: 'admin_groups',
  adminUsers: 'admin_users',
  requireVerifiedEmail: 'require_verified_email',
}

/** Key of the JSON that a rule comes from, and the rule that its list makes. */
const RULES = {
  allowed_groups: groupRule,
  allowed_users: emailRule,
  allowed_domains: domainRule,
  allowed_clients: clientRule,
} as const satisfies Partial<Record<keyof typeof entries, (list: readonly string[]) => Rule>>

/** Key of the JSON that a rule comes from. */
export type RuleKey = keyof typeof RULES

const RULE_KEYS = Object.keys(RULES) as RuleKey[]

/** What a config says. */
export interface ConfiguredRuleSet extends RuleSet {
  /** Where each of `rules` comes from, in their order. */
  readonly keys: readonly RuleKey[]
  /** Why it allows admins only, and what to write; `undefined` where it allows others. */
  readonly closed: string | undefined
}

/** A list that is written and empty matches no user. Left out of `require_all`, it would be a condition less. */
function emptyRule(key: RuleKey): Rule {
  return { name: `${key} (0)`, isAllowed: () => false }
}

/** Checks members under the names that `display` gives them. Values are never told: the source may be a secret. */
function check(members: object, where: string, display: (fileName: string) => string): ConfiguredRuleSet {
  const config = checkMembers(entries, members, (name, place) => display(name) + place, `${where}: `)
  const given = RULE_KEYS.filter((key) => config[key].length > 0)
  const empty = RULE_KEYS.filter((key) => config[key].length === 0 && Object.hasOwn(members, key))
  const keys = config.require_all ? RULE_KEYS.filter((key) => given.includes(key) || empty.includes(key)) : given
  const names = (some: readonly RuleKey[]): string => some.map(display).join(', ')
  let closed: string | undefined
  if (given.length === 0) {
    closed = `${where}: at least one of ${names(RULE_KEYS)} must not be empty. To allow everyone who is signed in, use \`authoriser: null\``
  } else if (config.require_all && empty.length > 0) {
    closed = `${where}: ${names(empty)} must not be empty: with ${display('require_all')} every list that is given must match. Give it a value, or leave it out`
  }
  return {
    rules: keys.map((key) => (empty.includes(key) ? emptyRule(key) : RULES[key](config[key]))),
    keys,
    closed,
    requireAll: config.require_all,
    adminGroups: new Set(config.admin_groups),
    adminUsers: new Set(config.admin_users.map(caseless)),
    requireVerifiedEmail: config.require_verified_email,
  }
}

/**
 * Reads the JSON of the Python library. Keys that begin with `_` are comments.
 *
 * @param origin What it was read from.
 * @returns The rules. They may allow no user: see `closed`.
 * @throws {ConfigurationError} when it is not JSON, has an unknown key, a key twice, or a wrong value.
 */
export function parseAuthConfig(json: string, origin: JsonOrigin): ConfiguredRuleSet {
  const members = parseMembers(json, origin, Object.keys(entries), '{"allowed_groups": ["developers"]}')
  return check(members, origin.name, (fileName) => fileName)
}

/** Lists that narrow who is allowed: `undefined`, of a variable that is misspelt, would be a condition less. */
const NARROWING = [
  'allowedGroups',
  'allowedUsers',
  'allowedDomains',
  'allowedClients',
  'requireAll',
] as const satisfies (keyof AccessLists)[]

/**
 * Checks lists given in code.
 *
 * @throws {ConfigurationError} when a member is unknown, wrong, or written and `undefined`, or they allow no user.
 */
export function parseAccessLists(lists: AccessLists): ConfiguredRuleSet {
  const where = 'Authoriser.fromLists()'
  const codeNames = Object.keys(FILE_NAMES) as (keyof AccessLists)[]
  refuseUnknown(lists, codeNames, where)
  refuseWrittenUndefined(lists, NARROWING, where)
  // Known, each: refused above if not. `undefined` counts as left out.
  const members = Object.entries(lists).flatMap(([name, value]) =>
    value === undefined ? [] : [[FILE_NAMES[name as keyof AccessLists], value] as const],
  )
  const set = check(
    Object.fromEntries(members),
    where,
    (fileName) => codeNames.find((name) => FILE_NAMES[name] === fileName) ?? fileName,
  )
  if (set.closed !== undefined) throw new ConfigurationError(set.closed)
  return set
}
