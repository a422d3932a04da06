/**
 * A config that is read on first use and again when it is old, in the background: a request waits for the first read
 * only, one read runs at a time, and the last good config serves while a newer one cannot be had.
 *
 * @module
 */

import { CognitoAuthError } from '../errors.js'
import { publish } from '../events.js'
import type { RuleSet } from '../rules/rule-set.js'
import { parseAuthConfig } from './auth-config.js'
import type { ConfigSource } from './config-source.js'

/** A refresh that failed is tried again after this time, or after the TTL if that is shorter. */
const RETRY_MS = 10_000

/** A config and when it was read. */
interface Loaded {
  readonly rules: RuleSet
  readonly at: number
}

/** Reads a config again every TTL, on use. */
export class RefreshingConfig {
  readonly #source: ConfigSource
  readonly #ttlMs: number
  #loaded: Loaded | undefined
  /** When a read ended last, well or not, and how long its outcome holds. */
  #readAt = 0
  #holdsMs = 0
  #reading: Promise<RuleSet> | undefined
  #lastWarning = ''

  constructor(source: ConfigSource, ttlSeconds: number) {
    this.#source = source
    this.#ttlMs = ttlSeconds * 1000
  }

  /**
   * The rules: those read last, else read now.
   *
   * @throws {ConfigurationError} when none was ever read, and a person must change something.
   * @throws {ConfigUnavailableError} when none was ever read, for a reason that may pass.
   */
  async get(): Promise<RuleSet> {
    const loaded = this.#loaded
    if (loaded === undefined) return await this.#readOnce()
    const age = Date.now() - this.#readAt
    // Negative when the clock was set back: what was written down then would hold for as long as it had been wrong.
    if (age < 0 || age >= this.#holdsMs) {
      // The failure is told by the warning and the event; this request is served by the last good config.
      this.#readOnce().catch(() => undefined)
    }
    return loaded.rules
  }

  /** Forgets what was read; a read under way no longer counts. */
  clear(): void {
    this.#loaded = undefined
    this.#reading = undefined
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
      const rules = parseAuthConfig(await this.#source.read(), this.#source.name)
      if (isCurrent()) {
        this.#loaded = { rules, at: Date.now() }
        this.#holdFor(this.#ttlMs)
        this.#lastWarning = ''
      }
      this.#publish('loaded', undefined)
      return rules
    } catch (error) {
      this.#holdFor(Math.min(RETRY_MS, this.#ttlMs))
      this.#publish('failed', error)
      if (this.#loaded !== undefined) this.#warn(error)
      throw error
    }
  }

  #holdFor(ms: number): void {
    this.#readAt = Date.now()
    this.#holdsMs = ms
  }

  #publish(outcome: 'loaded' | 'failed', error: unknown): void {
    publish('cognito-auth:config', {
      source: this.#source.name,
      outcome,
      code: error instanceof CognitoAuthError ? error.code : undefined,
      ageSeconds: this.#loaded === undefined ? null : (Date.now() - this.#loaded.at) / 1000,
    })
  }

  /** Once for each new trouble, not once for each try. */
  #warn(error: unknown): void {
    const message = error instanceof CognitoAuthError ? error.message : `${this.#source.name} cannot be read`
    if (message === this.#lastWarning) return
    this.#lastWarning = message
    process.emitWarning(`The last good authorisation config goes on serving: ${message}`, {
      type: 'CognitoAuthWarning',
      code: 'COGNITO_AUTH_CONFIG',
    })
  }
}
