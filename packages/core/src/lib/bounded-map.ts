/**
 * A `Map` with a size limit that forgets what was used least recently.
 *
 * @module
 */

/** After how many moves the iterator is made anew. */
const MOST_MOVES = 1000

/** Keeps at most `limit` entries; reading an entry makes it the most recently used. */
export class BoundedMap<Value> {
  readonly #entries = new Map<string, Value>()
  readonly #limit: number
  /** The key used last, which need not be moved when it is used again. */
  #latest: string | undefined
  /**
   * Goes on from the entry used least recently that it gave last. A new iterator would pass over all that was deleted at
   * the front before it finds the first entry: some microseconds, in a full map of 10,000.
   */
  #order = this.#entries.keys()
  /** How often an entry was moved or deleted since that iterator was made. */
  #moves = 0
  /** What it gave last, while that is the entry used least recently. */
  #oldest: string | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): Value | undefined {
    const value = this.#entries.get(key)
    if (value === undefined || key === this.#latest) return value
    this.delete(key)
    this.#entries.set(key, value)
    this.#latest = key
    return value
  }

  set(key: string, value: Value): void {
    if (this.#limit === 0) return
    this.delete(key)
    if (this.#entries.size >= this.#limit) this.dropOldestIf(() => true)
    this.#entries.set(key, value)
    this.#latest = key
  }

  /** Forgets the entry that was used least recently, if `isDone` says so of it. */
  dropOldestIf(isDone: (value: Value) => boolean): void {
    const key = this.#oldestKey()
    if (key === undefined) return
    const value = this.#entries.get(key)
    if (value !== undefined && isDone(value)) this.delete(key)
  }

  delete(key: string): void {
    this.#entries.delete(key)
    this.#moves += 1
    // An iterator that rests keeps every table that the map has outgrown since: a memory leak, at each use of an entry.
    if (this.#moves >= MOST_MOVES) this.#renewOrder()
    if (key === this.#oldest) this.#oldest = undefined
  }

  clear(): void {
    this.#entries.clear()
    // The old iterator would keep the old table, with everything that was in it.
    this.#renewOrder()
    this.#oldest = undefined
    this.#latest = undefined
  }

  #renewOrder(): void {
    this.#order = this.#entries.keys()
    this.#moves = 0
  }

  /** The key used least recently; `undefined` where there is none. */
  #oldestKey(): string | undefined {
    if (this.#oldest !== undefined) return this.#oldest
    let next = this.#order.next()
    if (next.done) {
      // It had come to the end, and does not go on from there.
      this.#renewOrder()
      next = this.#order.next()
    }
    this.#oldest = next.done ? undefined : next.value
    return this.#oldest
  }
}
