/**
 * A `Map` with a size limit that forgets what was used least recently (LRU cache).
 *
 * @module
 */

/** After how many deletions the iterator is made anew. */
const MOST_DELETED = 1000

interface Entry<Value> {
  readonly value: Value
  readonly weight: number
  /** What the clock of the map said when it was put at the end. */
  readonly at: number
}

/**
 * Keeps at most `limit` entries. Reading an entry makes it one of those used most recently: it is moved to the end unless it is
 * among the last quarter that was, since moving it at each use would be a seventh of what a remembered user costs. So what is
 * forgotten was not used while at least three quarters of the limit were.
 */
export class BoundedMap<Value, Key extends string | number = string> {
  readonly #entries = new Map<Key, Entry<Value>>()
  readonly #limit: number
  /** Counts what was put at the end. */
  #clock = 0
  #weight = 0
  /**
   * Goes on from the entry used least recently that it gave last. A new iterator would pass over all that was deleted at
   * the front before it finds the first entry: some microseconds, in a full map of 10,000.
   */
  #order = this.#entries.keys()
  /** How often an entry was moved or deleted since that iterator was made. */
  #deleted = 0
  /** What it gave last, while that is the entry used least recently. */
  #oldest: Key | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#entries.size
  }

  /** What all entries weigh. */
  get weight(): number {
    return this.#weight
  }

  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (this.#clock - entry.at > Math.floor(this.#limit / 4)) {
      this.delete(key)
      this.#put(key, entry.value, entry.weight)
    }
    return entry.value
  }

  /** @param weight Whatever the caller counts: see {@link weight}. */
  set(key: Key, value: Value, weight = 0): void {
    if (this.#limit === 0) return
    this.delete(key)
    if (this.#entries.size >= this.#limit) this.dropOldestIf(() => true)
    this.#put(key, value, weight)
  }

  /** Forgets the entry that was used least recently, if `isDone` says so of it. */
  dropOldestIf(isDone: (value: Value) => boolean): void {
    const key = this.#oldestKey()
    if (key === undefined) return
    const entry = this.#entries.get(key)
    if (entry !== undefined && isDone(entry.value)) this.delete(key)
  }

  delete(key: Key): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#weight -= entry.weight
    this.#deleted += 1
    // An iterator that rests keeps every table that the map has outgrown since: a memory leak, at each use of an entry.
    if (this.#deleted >= MOST_DELETED) this.#renewOrder()
    if (key === this.#oldest) this.#oldest = undefined
  }

  clear(): void {
    this.#entries.clear()
    this.#weight = 0
    // The old iterator would keep the old table, with everything that was in it.
    this.#renewOrder()
    this.#oldest = undefined
  }

  /** Puts an entry that is not there at the end. */
  #put(key: Key, value: Value, weight: number): void {
    this.#clock += 1
    this.#weight += weight
    this.#entries.set(key, { value, weight, at: this.#clock })
  }

  #renewOrder(): void {
    this.#order = this.#entries.keys()
    this.#deleted = 0
  }

  /** The key used least recently; `undefined` where there is none. */
  #oldestKey(): Key | undefined {
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
