/**
 * A config that is read again when it is old: single flight, refreshed in the background, stale-if-error.
 *
 * A file is read when this is made, anything else on first use. A request waits for a refresh only where what it has is
 * older than twice the TTL, or older than it may be.
 *
 * @module
 */

import { CognitoAuthError, ConfigurationError } from '../errors.js'
import { publish } from '../events.js'
import type { RuleSet } from '../rules/rule-set.js'
import { parseAuthConfig } from './auth-config.js'
import { type ConfigSource, readInTime, type SyncConfigSource, unavailable } from './config-source.js'

/** A refresh that failed is tried again after this time, or after the TTL if that is shorter. */
const RETRY_MS = 10_000

/** Trouble that lasts is told again after this time: a warning of last month goes unread. */
const WARN_AGAIN_MS = 3_600_000

/** Different troubles that are remembered: those of one outage are few, and their messages must not be kept without limit. */
const TROUBLES = 16

/** A config and when it was read. */
interface Loaded {
  readonly rules: RuleSet
  readonly at: number
}

/** How a config is kept. */
export interface Freshness {
  /** How long a loaded config serves before it is read again, in seconds. */
  readonly ttlSeconds: number
  /** The oldest config that may serve, in seconds. */
  readonly maxAgeSeconds: number
}

function isSync(source: ConfigSource): source is SyncConfigSource {
  return 'readSync' in source
}

/** Reads a config again every TTL, on use. */
export class RefreshingConfig {
  readonly #source: ConfigSource
  readonly #ttlMs: number
  readonly #maxAgeSeconds: number
  #loaded: Loaded | undefined
  /** Whether a config that allows at least one user was ever read: only after one may a config serve that allows none. */
  #wasOpen = false
  /** When a read ended last, well or not, and how long its outcome holds. */
  #readAt = 0
  #holdsMs = 0
  #reading: Promise<RuleSet> | undefined
  /** When each trouble was warned of last, the oldest first. */
  readonly #warned = new Map<string, number>()

  /**
   * @throws {ConfigurationError} when the source is a file that is missing or wrong: an app must not start with it.
   */
  constructor(source: ConfigSource, { ttlSeconds, maxAgeSeconds }: Freshness) {
    this.#source = source
    this.#ttlMs = ttlSeconds * 1000
    this.#maxAgeSeconds = maxAgeSeconds
    if (!isSync(source)) return
    try {
      const json = source.readSync()
      if (json !== undefined) this.#take(json)
    } catch (error) {
      this.#publish('failed', this.#known(error))
      throw error
    }
  }

  /**
   * The rules: those read last, else read now.
   *
   * @param maxAgeSeconds The oldest config that may serve, where that is less than this config's own limit.
   * @throws {ConfigurationError} when none was ever read, and a person must change something.
   * @throws {ConfigUnavailableError} when none was ever read, for a reason that may pass; when the one that was read is
   * older than it may be, and no newer one can be read.
   */
  async get(maxAgeSeconds: number = Infinity): Promise<RuleSet> {
    const loaded = this.#current()
    if (loaded === undefined) return await this.#readOnce()
    const maxAgeMs = Math.min(maxAgeSeconds, this.#maxAgeSeconds) * 1000
    const age = Date.now() - loaded.at
    const sinceRead = Date.now() - this.#readAt
    // Negative when the clock was set back: what was written down then would hold for as long as it had been wrong.
    const isDue = sinceRead < 0 || sinceRead >= Math.min(this.#holdsMs, maxAgeMs)
    if (isDue) {
      const reading = this.#readOnce()
      if (age >= 2 * this.#ttlMs || age > maxAgeMs) {
        const rules = await reading.catch(() => undefined)
        if (rules !== undefined) return rules
      } else {
        reading.catch(() => undefined)
      }
      // The failure is told by the warning and the event; this request goes by the last good config.
    }
    if (Date.now() - loaded.at > maxAgeMs) throw unavailable(this.#source.name, 'the last good config is too old')
    return loaded.rules
  }

  /** Forgets what was read; a read under way no longer counts. */
  clear(): void {
    this.#loaded = undefined
    this.#reading = undefined
  }

  /** What was read last. Where the clock was set back since, its age is not known, and counts from now. */
  #current(): Loaded | undefined {
    if (this.#loaded !== undefined && this.#loaded.at > Date.now()) {
      this.#loaded = { rules: this.#loaded.rules, at: Date.now() }
    }
    return this.#loaded
  }

  #readOnce(): Promise<RuleSet> {
    if (this.#reading !== undefined) return this.#reading
    const reading: Promise<RuleSet> = this.#read(() => this.#reading === reading).finally(() => {
      if (this.#reading === reading) this.#reading = undefined
    })
    this.#reading = reading
    return reading
  }

  async #read(isCurrent: () => boolean): Promise<RuleSet> {
    try {
      // A source of the app's own may have no time limit, and one read runs at a time.
      return this.#take(await readInTime(this.#source.name, async () => await this.#source.read()), isCurrent)
    } catch (cause) {
      const error = this.#known(cause)
      this.#holdFor(Math.min(RETRY_MS, this.#ttlMs))
      this.#publish('failed', error)
      if (this.#loaded !== undefined) {
        this.#warn(`The last good authorisation config goes on serving: ${error.message}`)
      }
      throw error
    }
  }

  /** @throws {ConfigurationError} when the text is no config, or allows no user and is the first. */
  #take(json: unknown, isCurrent: () => boolean = () => true): RuleSet {
    if (typeof json !== 'string') throw new ConfigurationError(`${this.#source.name}: read() must give a string`)
    const rules = parseAuthConfig(json, this.#source)
    if (rules.closed !== undefined && !this.#wasOpen) throw new ConfigurationError(rules.closed)
    if (isCurrent()) {
      this.#loaded = { rules, at: Date.now() }
      this.#holdFor(this.#ttlMs)
      if (rules.closed === undefined) {
        this.#wasOpen = true
        this.#warned.clear()
      } else {
        this.#warn(`The authorisation config now denies everyone but its admins: ${rules.closed}`)
      }
    }
    this.#publish('loaded', undefined)
    return rules
  }

  /** What a source threw; an error of the app's own may pass. Its message may hold anything, and is not repeated. */
  #known(error: unknown): CognitoAuthError {
    if (error instanceof CognitoAuthError) return error
    return unavailable(this.#source.name, 'its source failed', { cause: error })
  }

  #holdFor(ms: number): void {
    this.#readAt = Date.now()
    this.#holdsMs = ms
  }

  #publish(outcome: 'loaded' | 'failed', error: CognitoAuthError | undefined): void {
    publish('cognito-auth:config', {
      source: this.#source.name,
      outcome,
      code: error?.code,
      ageSeconds: this.#loaded === undefined ? null : (Date.now() - this.#loaded.at) / 1000,
    })
  }

  /** Once for each new trouble and each hour of it, not once for each try. */
  #warn(message: string): void {
    const since = Date.now() - (this.#warned.get(message) ?? -Infinity)
    if (since >= 0 && since < WARN_AGAIN_MS) return
    this.#warned.delete(message)
    const [oldest] = this.#warned.keys()
    if (oldest !== undefined && this.#warned.size >= TROUBLES) this.#warned.delete(oldest)
    this.#warned.set(message, Date.now())
    process.emitWarning(message, { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_CONFIG' })
  }
}
