/**
 * Authorises users: by rules from code, from a file, from a secret, or from a source of one's own.
 *
 * @module
 */

import * as v from 'valibot'
import { caseless } from './lib/text/caseless.js'
import type { Decision } from './decision.js'
import { type AccessLists, parseAccessLists } from './config/auth-config.js'
import { configMaxAgeOfEnvironment, configTtlOfEnvironment } from './options/environment.js'
import { parseOptions } from './options/names.js'
import { configSource } from './config/configured-source.js'
import { fileSource } from './config/file-source.js'
import type { ConfigSource } from './config/config-source.js'
import { RefreshingConfig } from './config/refreshing-config.js'
import { type SecretsClient, secretSource } from './config/secret-source.js'
import { ConfigurationError } from './errors.js'
import { goOn, isPromise } from './lib/at-once.js'
import { brand } from './lib/process/brand.js'
import { ownOptions, refuseUnknown, refuseWrittenUndefined, seconds, text } from './lib/schema.js'
import { checkRules, type Rule } from './rules/rule.js'
import { decide, type RuleSet } from './rules/rule-set.js'
import type { User } from './user.js'

/** Rules from code. What is left out is its default; `rules` and `requireAll` must not be `undefined`. */
export interface AuthoriserOptions {
  readonly rules: readonly Rule[]
  /** `true`: every rule must allow the user; `false`: one is enough. @default false */
  readonly requireAll?: boolean
  /** Groups whose members are app admins. @default none */
  readonly adminGroups?: readonly string[] | undefined
  /** E-mail addresses of app admins. @default none */
  readonly adminUsers?: readonly string[] | undefined
  /** Whether an e-mail that its token marks as not verified matches nothing. @default true */
  readonly requireVerifiedEmail?: boolean | undefined
}

/** How a config that is read from somewhere is kept. */
export interface RefreshOptions {
  /**
   * How long a loaded config serves before it is read again, in seconds. With 0 each request waits for a read.
   * @default 300; for `fromConfig()`, `COGNITO_AUTH_CONFIG_TTL` first
   */
  readonly ttlSeconds?: number | undefined
  /**
   * The oldest config that may serve, in seconds: past it, and while no newer one can be read, `ConfigUnavailableError`.
   * @default no limit; for `fromConfig()`, `COGNITO_AUTH_CONFIG_MAX_AGE` first
   */
  readonly maxAgeSeconds?: number | undefined
}

/** How `authorise` is asked by the facade, which knows what the list of platform admins means. */
export interface AuthoriseOptions {
  /** Whether platform admins are allowed whatever the rules say. @default false */
  readonly admitPlatformAdmins?: boolean | undefined
  /** The oldest config that may serve, in seconds. @default what the authoriser was made with */
  readonly configMaxAgeSeconds?: number | undefined
}

const listOfTexts = v.optional(v.array(text, 'must be a list of strings'), [])
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
  refuseWrittenUndefined(options, ['rules', 'requireAll'], 'new Authoriser()')
  return {
    rules: checkRules(parsed.rules, 'new Authoriser()'),
    requireAll: parsed.requireAll,
    adminGroups: new Set(parsed.adminGroups),
    adminUsers: new Set(parsed.adminUsers.map(caseless)),
    requireVerifiedEmail: parsed.requireVerifiedEmail,
  }
}

/** Rules that are checked already, or read and checked again and again. Stands where options do, in this module only. */
class Checked implements AuthoriserOptions {
  readonly rules: readonly Rule[] = []
  readonly set: RuleSet | RefreshingConfig

  constructor(set: RuleSet | RefreshingConfig) {
    this.set = set
  }
}

/** @throws {ConfigurationError} when it is not a source. */
function checkSource(source: ConfigSource): ConfigSource {
  const { name, isSecret, read } = Object(source) as Partial<ConfigSource>
  if (typeof name === 'string' && name !== '' && typeof isSecret === 'boolean' && typeof read === 'function')
    return source
  throw new ConfigurationError(
    'Authoriser.fromSource() needs a ConfigSource: an object with name (a string), isSecret (true or false) and read (a function)',
  )
}

/** @throws {ConfigurationError} when a time is not a number of seconds, or the source is a file that is missing or wrong. */
function refreshing(source: ConfigSource, options: RefreshOptions): Checked {
  const { ttlSeconds = 300, maxAgeSeconds } = ownOptions(options)
  for (const [name, value] of Object.entries({ ttlSeconds, maxAgeSeconds })) {
    if (value === undefined || v.is(seconds, value)) continue
    throw new ConfigurationError(`${name} must be a number of seconds, 0 or more`)
  }
  return new Checked(new RefreshingConfig(source, { ttlSeconds, maxAgeSeconds: maxAgeSeconds ?? Infinity }))
}

const REFRESH_OPTIONS = ['ttlSeconds', 'maxAgeSeconds']

/**
 * Decides which users are allowed.
 *
 * @example
 * ```ts
 * const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'] })
 * const { allowed, reason } = await authoriser.authorise(user)
 * ```
 */
export class Authoriser {
  #rules: RuleSet | RefreshingConfig

  static {
    brand(this, 'Authoriser')
  }

  /**
   * @throws {ConfigurationError} without a rule (to allow everyone who is signed in is written `authoriser: null`); when an
   * option is unknown or wrong, or `rules` or `requireAll` is written and `undefined`.
   */
  constructor(options: AuthoriserOptions) {
    this.#rules = options instanceof Checked ? options.set : ruleSetOf(options)
  }

  /**
   * Rules from lists, as in the config file.
   *
   * @throws {ConfigurationError} when a list is unknown or wrong, all three `allowed…` lists are empty, one of them is
   * empty with `requireAll`, or one of them or `requireAll` is written and `undefined`.
   */
  static fromLists(lists: AccessLists): Authoriser {
    return new Authoriser(new Checked(parseAccessLists(lists)))
  }

  /**
   * Rules from where the environment says: `COGNITO_AUTH_CONFIG_PATH`, else `COGNITO_AUTH_SECRET_NAME`. A file is read at
   * once, a secret on first use; both again every TTL.
   *
   * @throws {ConfigurationError} when neither variable is set, the file is missing or wrong, or `COGNITO_AUTH_CONFIG_TTL`
   * or `COGNITO_AUTH_CONFIG_MAX_AGE` is not a number of seconds.
   */
  static fromConfig(options: RefreshOptions = {}): Authoriser {
    refuseUnknown(options, REFRESH_OPTIONS, 'Authoriser.fromConfig()')
    const { ttlSeconds = configTtlOfEnvironment(), maxAgeSeconds = configMaxAgeOfEnvironment() } = ownOptions(options)
    return new Authoriser(refreshing(configSource(), { ttlSeconds, maxAgeSeconds }))
  }

  /**
   * Rules from a JSON file. It is read at once, and again every TTL.
   *
   * @param path Relative to the working directory of now, whatever that is at a later read.
   * @throws {ConfigurationError} when the file is missing or wrong.
   */
  static fromFile(path: string, options: RefreshOptions = {}): Authoriser {
    refuseUnknown(options, REFRESH_OPTIONS, 'Authoriser.fromFile()')
    if (typeof path !== 'string' || path === '') throw new ConfigurationError('Authoriser.fromFile() needs a path')
    return new Authoriser(refreshing(fileSource(path), options))
  }

  /**
   * Rules from a Secrets Manager secret. Returns at once; the secret is read in `warmUp()` or on first use, and again
   * every TTL.
   *
   * @param options `client`: a `SecretsManagerClient`; without it one is made, with the SDK's usual region and credentials.
   * @throws {ConfigurationError} for an unknown or wrong option.
   */
  static fromSecret(
    name: string,
    options: RefreshOptions & { readonly client?: SecretsClient | undefined } = {},
  ): Authoriser {
    refuseUnknown(options, [...REFRESH_OPTIONS, 'client'], 'Authoriser.fromSecret()')
    if (typeof name !== 'string' || name === '') throw new ConfigurationError('Authoriser.fromSecret() needs a name')
    const { client } = ownOptions(options)
    if (client !== undefined && typeof (client as Partial<SecretsClient> | null)?.send !== 'function') {
      throw new ConfigurationError('Authoriser.fromSecret(): client must be a SecretsManagerClient of the AWS SDK')
    }
    return new Authoriser(refreshing(secretSource(name, client), options))
  }

  /**
   * Rules from a source of one's own, or from {@link httpSource}. Returns at once; the source is read in `warmUp()` or on
   * first use, and again every TTL.
   *
   * @throws {ConfigurationError} when it is not a source; for an unknown or wrong option.
   */
  static fromSource(source: ConfigSource, options: RefreshOptions = {}): Authoriser {
    refuseUnknown(options, REFRESH_OPTIONS, 'Authoriser.fromSource()')
    return new Authoriser(refreshing(checkSource(source), options))
  }

  /**
   * Decides about a user; asks rules in order until the answer is certain. Never throws for a denial.
   *
   * A `Decision` is an object, which is always true in a condition: use its `allowed`, or {@link isAllowed}.
   *
   * @throws {ConfigurationError} when the config was never read, and a person must change something.
   * @throws {ConfigUnavailableError} when the config was never read, for a reason that may pass, or is too old.
   */
  async authorise(user: User, options: AuthoriseOptions = {}): Promise<Decision> {
    // No `await` on what is decided at once: the extra microtasks are a measurable share of a remembered user.
    const decision = this.#decide(user, options, false)
    return isPromise(decision) ? await decision : decision
  }

  /**
   * Whether a user is allowed.
   *
   * @throws {ConfigurationError} {@link ConfigUnavailableError} as {@link authorise} does.
   */
  async isAllowed(user: User, options: AuthoriseOptions = {}): Promise<boolean> {
    return (await this.authorise(user, options)).allowed === true
  }

  /** Decides as {@link authorise} does, with every rule asked, for people to read. */
  async explain(user: User, options: AuthoriseOptions = {}): Promise<Decision> {
    return await this.#decide(user, options, true)
  }

  /**
   * Reads the config now, where there is one to read and none was read, so that the first request does not wait for it.
   *
   * @param options `configMaxAgeSeconds`: the oldest config that counts as read, as {@link authorise} is asked.
   * @throws {ConfigurationError} {@link ConfigUnavailableError} as {@link authorise} does.
   */
  async warmUp(options: Pick<AuthoriseOptions, 'configMaxAgeSeconds'> = {}): Promise<void> {
    await this.#load(options)
  }

  /** Forgets a config that was read. */
  clearCache(): void {
    if (this.#rules instanceof RefreshingConfig) this.#rules.clear()
  }

  #decide(user: User, given: AuthoriseOptions, askAll: boolean): Decision | Promise<Decision> {
    // Own members only: a polluted `Object.prototype` must not allow platform admins (CWE-1321).
    const admitPlatformAdmins = Object.hasOwn(given, 'admitPlatformAdmins') && given.admitPlatformAdmins === true
    const options = { admitPlatformAdmins, askAll }
    return goOn(this.#load(given), (loaded) => decide(user, loaded, options))
  }

  #load(given: AuthoriseOptions): RuleSet | Promise<RuleSet> {
    if (!(this.#rules instanceof RefreshingConfig)) return this.#rules
    return this.#rules.get(Object.hasOwn(given, 'configMaxAgeSeconds') ? given.configMaxAgeSeconds : undefined)
  }
}
