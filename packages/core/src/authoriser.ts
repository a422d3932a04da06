/**
 * Decides who may come in: rules from code, from a file, or from a secret.
 *
 * @module
 */

import * as v from 'valibot'
import { caseless } from './lib/caseless.js'
import type { Decision } from './decision.js'
import { type AccessLists, parseAccessLists } from './config/auth-config.js'
import { configSource, configTtlOfEnvironment } from './options/environment.js'
import { fileSource } from './config/file-source.js'
import type { ConfigSource } from './config/config-source.js'
import { RefreshingConfig } from './config/refreshing-config.js'
import { type SecretsClient, secretSource } from './config/secret-source.js'
import { ConfigurationError } from './errors.js'
import { parseOptions, refuseUnknown, seconds, text } from './lib/schema.js'
import { checkRules, type Rule } from './rules/rule.js'
import { decide, type RuleSet } from './rules/rule-set.js'
import type { User } from './user.js'

/** Rules from code. */
export interface AuthoriserOptions {
  readonly rules: readonly Rule[]
  /** `true`: every rule must let the user in; `false`: one is enough. @default false */
  readonly requireAll?: boolean | undefined
  /** Groups whose members are app admins. @default none */
  readonly adminGroups?: readonly string[] | undefined
  /** E-mail addresses of app admins. @default none */
  readonly adminUsers?: readonly string[] | undefined
  /** Whether an e-mail that its token marks as not verified matches nothing. @default true */
  readonly requireVerifiedEmail?: boolean | undefined
}

/** How a config that is read from somewhere is kept. */
export interface RefreshOptions {
  /** How long a loaded config serves before it is read again, in seconds. @default 300; for `fromConfig()`, `COGNITO_AUTH_CONFIG_TTL` first */
  readonly ttlSeconds?: number | undefined
}

/** How `authorise` is asked by the facade, which knows what the list of platform admins means. */
export interface AuthoriseOptions {
  /** Whether platform admins are let in whatever the rules say. @default false */
  readonly admitPlatformAdmins?: boolean | undefined
}

const listOfTexts = v.optional(v.array(text, 'must be a list of texts'), [])
const entries = {
  rules: v.optional(
    v.custom<readonly Rule[]>((rules) => Array.isArray(rules), 'must be a list of rules'),
    [],
  ),
  requireAll: v.optional(v.boolean('must be true or false'), false),
  adminGroups: listOfTexts,
  adminUsers: listOfTexts,
  requireVerifiedEmail: v.optional(v.boolean('must be true or false'), true),
} as const

function ruleSetOf(options: AuthoriserOptions): RuleSet {
  const parsed = parseOptions(entries, options, 'Authoriser')
  return {
    rules: checkRules(parsed.rules, 'new Authoriser()'),
    requireAll: parsed.requireAll,
    adminGroups: new Set(parsed.adminGroups),
    adminUsers: new Set(parsed.adminUsers.map(caseless)),
    requireVerifiedEmail: parsed.requireVerifiedEmail,
  }
}

/** Stands in until a config takes its place. */
const NOBODY: Rule = { name: 'nobody', isAllowed: () => false }

function refreshing(source: ConfigSource, { ttlSeconds = 300 }: RefreshOptions): RefreshingConfig {
  if (!v.is(seconds, ttlSeconds)) throw new ConfigurationError('ttlSeconds must be a number of seconds, 0 or more')
  return new RefreshingConfig(source, ttlSeconds)
}

/**
 * Decides who may come in.
 *
 * @example
 * ```ts
 * const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'] })
 * const { allowed } = await authoriser.authorise(user)
 * ```
 */
export class Authoriser {
  #rules: RuleSet | RefreshingConfig

  /**
   * @throws {ConfigurationError} without a rule: letting in everybody is written `authoriser: null`.
   */
  constructor(options: AuthoriserOptions) {
    this.#rules = ruleSetOf(options)
  }

  static #refreshing(config: RefreshingConfig): Authoriser {
    const authoriser = new Authoriser({ rules: [NOBODY] })
    authoriser.#rules = config
    return authoriser
  }

  /**
   * Rules from lists, as in the config file.
   *
   * @throws {ConfigurationError} when a list is unknown or wrong, or all three `allowed…` lists are empty.
   */
  static fromLists(lists: AccessLists): Authoriser {
    const { rules, requireAll, adminGroups, adminUsers, requireVerifiedEmail } = parseAccessLists(lists)
    return new Authoriser({
      rules,
      requireAll,
      adminGroups: [...adminGroups],
      adminUsers: [...adminUsers],
      requireVerifiedEmail,
    })
  }

  /**
   * Rules from where the environment says: `COGNITO_AUTH_CONFIG_PATH`, else `COGNITO_AUTH_SECRET_NAME`. Returns at
   * once; the config is read on first use, and again every TTL.
   *
   * @throws {ConfigurationError} when neither variable is set, or `COGNITO_AUTH_CONFIG_TTL` is not a number of seconds.
   */
  static fromConfig(options: RefreshOptions = {}): Authoriser {
    refuseUnknown(options, ['ttlSeconds'], 'Authoriser.fromConfig()')
    const { ttlSeconds = configTtlOfEnvironment() } = options
    return Authoriser.#refreshing(refreshing(configSource(), { ttlSeconds }))
  }

  /** Rules from a JSON file. Returns at once; the file is read on first use, and again every TTL. */
  static fromFile(path: string, options: RefreshOptions = {}): Authoriser {
    refuseUnknown(options, ['ttlSeconds'], 'Authoriser.fromFile()')
    if (typeof path !== 'string' || path === '') throw new ConfigurationError('Authoriser.fromFile() needs a path')
    return Authoriser.#refreshing(refreshing(fileSource(path), options))
  }

  /**
   * Rules from a Secrets Manager secret. Returns at once; the secret is read on first use, and again every TTL.
   *
   * @param options `client`: a `SecretsManagerClient`; without it one is made, with the SDK's usual region and credentials.
   */
  static fromSecret(
    name: string,
    options: RefreshOptions & { readonly client?: SecretsClient | undefined } = {},
  ): Authoriser {
    refuseUnknown(options, ['ttlSeconds', 'client'], 'Authoriser.fromSecret()')
    if (typeof name !== 'string' || name === '') throw new ConfigurationError('Authoriser.fromSecret() needs a name')
    return Authoriser.#refreshing(refreshing(secretSource(name, options.client), options))
  }

  /**
   * Decides about a user; asks rules in order until the answer is certain. Never throws for a denial.
   *
   * @throws {ConfigurationError} when the config was never read, and a person must change something.
   * @throws {ConfigUnavailableError} when the config was never read, for a reason that may pass.
   */
  async authorise(user: User, options: AuthoriseOptions = {}): Promise<Decision> {
    return await this.#decide(user, options, false)
  }

  /** Decides as {@link authorise} does, with every rule asked, for people to read. */
  async explain(user: User, options: AuthoriseOptions = {}): Promise<Decision> {
    return await this.#decide(user, options, true)
  }

  /** Reads the config now, where there is one to read, so that the first request does not wait for it. */
  async warmUp(): Promise<void> {
    await this.#load()
  }

  /** Forgets a config that was read. */
  clearCache(): void {
    if (this.#rules instanceof RefreshingConfig) this.#rules.clear()
  }

  #decide(user: User, { admitPlatformAdmins }: AuthoriseOptions, askAll: boolean): Promise<Decision> {
    const options = { admitPlatformAdmins: admitPlatformAdmins === true, askAll }
    const rules = this.#load()
    return rules instanceof Promise
      ? rules.then((loaded) => decide(user, loaded, options))
      : decide(user, rules, options)
  }

  #load(): RuleSet | Promise<RuleSet> {
    return this.#rules instanceof RefreshingConfig ? this.#rules.get() : this.#rules
  }
}
