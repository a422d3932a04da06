/**
 * Remembers what was fetched from a URL: one fetch at a time, refreshed before it expires, served stale while AWS
 * cannot be reached, dropped when AWS says that it is gone.
 *
 * @module
 */

import { BoundedMap } from '../lib/memory/bounded-map.js'
import { InvalidTokenError, KeysUnavailableError } from '../errors.js'
import { type KeysEvent, publish } from '../events.js'
import { withTimeLimit } from '../lib/time-limit.js'
import { FetchBudget } from './fetch-budget.js'
import { KeyGoneError } from './fetch-text.js'

/** How long a key goes on serving after its TTL while AWS cannot be reached. */
const STALE_MS = 24 * 3_600_000
/** How long a refresh that failed is not tried again. */
const RETRY_MS = 10_000
/** How long a request waits for a fresh key, with an old one at hand. */
const STALE_WAIT_MS = 1_000
/** How long an id that AWS does not know is not asked for again. */
const MISSING_MS = 60_000
/** Fetches for ids never seen before: a burst, and as many a minute. */
const NEW_IDS = 20
/**
 * Beside those, fetches for ids that came in several distinct requests. On a process that has just started forged ids, each
 * new, would else take every fetch that there is, and the one real id, which comes with each real user, would wait with them.
 */
const REPEATED_IDS = 5
/** How many ids are known to have come once: some seconds of a flood. */
const MAX_SEEN_ONCE = 1_000
/** A refresh starts at this part of the TTL. */
const REFRESH_AT = 0.8

interface Entry<Value> {
  readonly value: Value
  readonly fetchedAt: number
  /** When a refresh failed last; `-Infinity` where none did. */
  failedAt: number
}

/** Whether something happened less than `ms` ago. Not where it lies in the future: the clock was set back, and had been wrong. */
function isWithin(ms: number, at: number): boolean {
  const age = Date.now() - at
  return age >= 0 && age < ms
}

/** How a {@link KeyCache} gets its values. */
export interface KeyCacheOptions<Value> {
  readonly source: KeysEvent['source']
  readonly ttlSeconds: number
  readonly limit: number
  /** Fetches a value; `previous` is given on refresh, so that an unchanged key can stay the same object. */
  readonly load: (url: string, previous: Value | undefined) => Promise<Value>
  /** Whether ids never seen before draw on a budget, because strangers choose them. */
  readonly budgeted: boolean
}

/** A bounded cache of fetched values, by URL. */
export class KeyCache<Value> {
  readonly #options: KeyCacheOptions<Value>
  #entries: BoundedMap<Entry<Value>>
  #missing = new BoundedMap<number>(1_000)
  #inFlight = new Map<string, Promise<Value>>()
  readonly #budget = new FetchBudget(NEW_IDS)
  readonly #reserve = new FetchBudget(REPEATED_IDS)
  /** By URL that was refused for the budget: what came with it. */
  #seenOnce = new BoundedMap<string>(MAX_SEEN_ONCE)

  constructor(options: KeyCacheOptions<Value>) {
    this.#options = options
    this.#entries = new BoundedMap(options.limit)
  }

  /** The value if it is fresh, without waiting; starts a refresh in the background when it is getting old. */
  peek(url: string): Value | undefined {
    const entry = this.#entries.get(url)
    if (entry === undefined) return undefined
    const age = Date.now() - entry.fetchedAt
    // A clock that was set back makes the age negative: ask again rather than serve for ever.
    if (age < 0 || age >= this.#ttlMs) return undefined
    if (age >= this.#ttlMs * REFRESH_AT && !isWithin(RETRY_MS, entry.failedAt)) this.#refreshInBackground(url)
    return entry.value
  }

  /**
   * The value: from memory, or fetched.
   *
   * @throws {InvalidTokenError} `key_not_found` when AWS says that there is none, now or less than a minute ago.
   * @throws {KeysUnavailableError} when it cannot be fetched and none younger than TTL + 24 h is remembered, or when
   * the budget for ids never seen before is used up.
   *
   * @param request What tells the request from others that ask for the same: a signature.
   *
   * With an old value at hand, a fresh one is waited for at most 1 s; the fetch goes on.
   */
  async get(url: string, request = ''): Promise<Value> {
    const fresh = this.peek(url)
    if (fresh !== undefined) return fresh
    const entry = this.#entries.get(url)
    if (entry === undefined) return await this.#fetchNew(url, request)
    if (!this.#canServeStale(entry)) return await this.#fetch(url)
    if (isWithin(RETRY_MS, entry.failedAt)) return entry.value
    try {
      // An outage that hangs rather than refuses must not cost requests 8 s, every 10 s.
      return await withTimeLimit(STALE_WAIT_MS, () => this.#fetch(url), tooSlow)
    } catch (error) {
      if (error instanceof KeysUnavailableError) return entry.value
      throw error
    }
  }

  /** Fetches now, whatever is remembered; joins a fetch that is under way. */
  async refresh(url: string): Promise<Value> {
    return await this.#fetch(url)
  }

  /** The fetch under way for `url`, if there is one. */
  pending(url: string): Promise<Value> | undefined {
    return this.#inFlight.get(url)
  }

  /** Forgets everything; a fetch under way no longer counts. */
  clear(): void {
    this.#entries = new BoundedMap(this.#options.limit)
    this.#missing = new BoundedMap(1_000)
    this.#inFlight = new Map()
    this.#seenOnce = new BoundedMap(MAX_SEEN_ONCE)
  }

  get #ttlMs(): number {
    return this.#options.ttlSeconds * 1000
  }

  #canServeStale(entry: Entry<Value>): boolean {
    const age = Date.now() - entry.fetchedAt
    return age >= 0 && age < this.#ttlMs + STALE_MS
  }

  async #fetchNew(url: string, request: string): Promise<Value> {
    const missedAt = this.#missing.get(url)
    if (missedAt !== undefined && isWithin(MISSING_MS, missedAt)) throw notFound()
    if (this.#options.budgeted && !this.#inFlight.has(url) && !this.#mayFetch(url, request)) {
      this.#publish(url, 'over_budget')
      throw new KeysUnavailableError(
        'Rate limit for unknown key ids reached (possible forged tokens): key fetches are paused',
        {
          retryAfterSeconds: this.#budget.secondsToNext,
        },
      )
    }
    return await this.#fetch(url)
  }

  #mayFetch(url: string, request: string): boolean {
    if (this.#budget.take()) return true
    const before = this.#seenOnce.get(url)
    if (before === undefined) this.#seenOnce.set(url, request)
    return before !== undefined && before !== request && this.#reserve.take()
  }

  #refreshInBackground(url: string): void {
    // Whatever comes of it is in the cache and in the event; the request that set it off has its key already.
    this.#fetch(url).catch(() => undefined)
  }

  #fetch(url: string): Promise<Value> {
    const underWay = this.#inFlight.get(url)
    if (underWay !== undefined) return underWay
    const entries = this.#entries
    const inFlight = this.#inFlight
    const fetching = this.#load(url, entries).finally(() => inFlight.delete(url))
    inFlight.set(url, fetching)
    return fetching
  }

  /** `entries` is the map at the start of the fetch: after `clear()` it is a map that is no longer read. */
  async #load(url: string, entries: BoundedMap<Entry<Value>>): Promise<Value> {
    const before = entries.get(url)
    try {
      const value = await this.#options.load(url, before?.value)
      entries.set(url, { value, fetchedAt: Date.now(), failedAt: -Infinity })
      this.#publish(url, 'fetched')
      return value
    } catch (error) {
      if (error instanceof KeyGoneError) {
        entries.delete(url)
        this.#missing.set(url, Date.now())
        this.#publish(url, 'not_found')
        throw notFound(error)
      }
      if (before !== undefined) before.failedAt = Date.now()
      this.#publish(url, 'unavailable', before !== undefined && this.#canServeStale(before))
      throw error
    }
  }

  #publish(url: string, outcome: KeysEvent['outcome'], stale = false): void {
    publish('cognito-auth:keys', { source: this.#options.source, url, outcome, stale })
  }
}

function tooSlow(): KeysUnavailableError {
  return new KeysUnavailableError(`Failed to fetch public keys: no answer in ${STALE_WAIT_MS} ms`)
}

function notFound(cause?: Error): InvalidTokenError {
  return new InvalidTokenError(
    'key_not_found',
    'Unknown "kid": no such public key of the load balancers',
    cause && { cause },
  )
}
