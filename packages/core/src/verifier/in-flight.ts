/**
 * Tells a lone request from a crowd.
 *
 * A signature check blocks the event loop for as long as it takes. Alone that is the quickest way to an answer; with
 * others waiting, the thread pool lets them run side by side and the event loop go on.
 *
 * @module
 */

/** Counts the tokens being verified. */
export class InFlight {
  #count = 0
  #blockedThisTurn = false
  readonly #turnEnded = (): void => {
    this.#blockedThisTurn = false
  }

  /** Whether no other request is waiting; ask once per request, before its first token. */
  get isIdle(): boolean {
    return this.#count === 0 && !this.#blockedThisTurn
  }

  /** Counts one more. */
  enter(): void {
    this.#count += 1
  }

  /** Counts one less. */
  leave(): void {
    this.#count -= 1
  }

  /**
   * Tells that a signature was checked in place. A lone request is done before the next one is even read from its socket:
   * it counts to the end of this turn of the event loop, so that of many that arrived together only the first blocks it.
   */
  blocked(): void {
    if (this.#blockedThisTurn) return
    this.#blockedThisTurn = true
    setImmediate(this.#turnEnded)
  }
}
