/**
 * A `Map` with a size limit that forgets what was used least recently.
 *
 * @module
 */

/** Keeps at most `limit` entries; reading an entry makes it the most recently used. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, Value>()
  readonly #limit: number
  /** The key used last, which need not be moved when it is used again. */
  #latest: string | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): Value | undefined {
    const value = this.#entries.get(key)
    if (value === undefined || key === this.#latest) return value
    this.#entries.delete(key)
    this.#entries.set(key, value)
    this.#latest = key
    return value
  }

  set(key: string, value: Value): void {
    if (this.#limit === 0) return
    this.#entries.delete(key)
    if (this.#entries.size >= this.#limit) {
      const oldest = this.#entries.keys().next()
      if (!oldest.done) this.#entries.delete(oldest.value)
    }
    this.#entries.set(key, value)
    this.#latest = key
  }

  /** Forgets the entry that was used least recently, if `isDone` says so of it. */
  dropOldestIf(isDone: (value: Value) => boolean): void {
    const oldest = this.#entries.entries().next()
    if (!oldest.done && isDone(oldest.value[1])) this.#entries.delete(oldest.value[0])
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }
}
