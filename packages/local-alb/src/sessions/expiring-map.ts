/**
 * A `Map` with a size limit and an age limit: what strangers can add to must not grow.
 *
 * @module
 */

import type { Clock } from '../tokens/clock.js'

/** Keeps at most `limit` entries, each for `lifetimeSeconds` from when it was set. */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>()
  readonly #limit: number
  readonly #lifetimeMs: number
  readonly #clock: Clock

  constructor(limit: number, lifetimeSeconds: number, clock: Clock) {
    this.#limit = limit
    this.#lifetimeMs = lifetimeSeconds * 1000
    this.#clock = clock
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || this.#clock.now() < entry.until) return entry?.value
    this.#entries.delete(key)
    return undefined
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key)
    if (this.#entries.size >= this.#limit) {
      const [oldest] = this.#entries.keys()
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
    this.#entries.set(key, { value, until: this.#clock.now() + this.#lifetimeMs })
  }

  /** Takes a value out: it can be used once. */
  take(key: string): Value | undefined {
    const value = this.get(key)
    this.#entries.delete(key)
    return value
  }

  /** All values, expired ones included. */
  values(): Value[] {
    return [...this.#entries.values()].map(({ value }) => value)
  }

  deleteWhere(is: (value: Value) => boolean): void {
    for (const [key, { value }] of this.#entries) if (is(value)) this.#entries.delete(key)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}
