/**
 * Tells a lone request from a crowd, and lets no crowd keep the event loop to itself.
 *
 * A signature check blocks the event loop for as long as it takes. Alone that is the quickest way to an answer; with
 * others waiting, the thread pool lets them run side by side and the event loop go on.
 *
 * @module
 */

/**
 * How many tokens are taken apart in one turn of the event loop. Two thousand at once, good or bad, would else keep
 * everything else in the process waiting for as long as handing all of them to the thread pool takes. Sixty-four in flight
 * never have to wait.
 */
const MOST_A_TURN = 64

/**
 * How many signatures are handed to the thread pool together. A thread that has nothing to do sleeps, and to wake it for each of them takes
 * the core from the event loop each time, where cores are few; to wait for many leaves the threads asleep meanwhile, as sixteen did where there were two.
 */
const MOST_TOGETHER = 8

// As it was when this was loaded: a test that replaces timers must not keep tokens waiting for ever.
const { setImmediate } = globalThis

/** Counts the tokens being verified. */
export class InFlight {
  #count = 0
  #blockedThisTurn = false
  #begunThisTurn = 0
  #turnEnds = false
  #waiting: (() => void)[] = []
  #group: Promise<void> | undefined
  #handOver: (() => void) | undefined
  #grouped = 0

  /** Whether no other request is waiting; ask once per request, before its first token. */
  get isIdle(): boolean {
    return this.#count === 0 && !this.#blockedThisTurn && this.#waiting.length === 0
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
   * Asks to begin with a token that is not remembered.
   *
   * @returns `undefined`: at once. Where this turn of the event loop has had its share, what resolves in one of the next, in the order in
   * which they came; who had to wait is not alone, whatever {@link isIdle} said.
   */
  begin(): Promise<void> | undefined {
    this.#awaitTurn()
    if (this.#begunThisTurn >= MOST_A_TURN) {
      return new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
    this.#begunThisTurn += 1
    return undefined
  }

  /**
   * Tells that a signature was checked in place. A lone request is done before the next one is even read from its socket:
   * it counts to the end of this turn of the event loop, so that of many that arrived together only the first blocks it.
   */
  blocked(): void {
    this.#blockedThisTurn = true
    this.#awaitTurn()
  }

  /**
   * Resolves when a signature is to be handed to the thread pool: with those beside it, {@link MOST_TOGETHER} at a time or what
   * there is of them when this turn of the event loop ends.
   */
  together(): Promise<void> {
    this.#group ??= new Promise((resolve) => {
      this.#handOver = resolve
    })
    const group = this.#group
    this.#grouped += 1
    if (this.#grouped >= MOST_TOGETHER) this.#endGroup()
    else this.#awaitTurn()
    return group
  }

  #endGroup(): void {
    this.#handOver?.()
    this.#group = undefined
    this.#handOver = undefined
    this.#grouped = 0
  }

  #awaitTurn(): void {
    if (this.#turnEnds) return
    this.#turnEnds = true
    setImmediate(() => this.#turnEnded())
  }

  #turnEnded(): void {
    this.#turnEnds = false
    this.#blockedThisTurn = false
    const next = this.#waiting.splice(0, MOST_A_TURN)
    // Those of this turn wait behind these.
    this.#begunThisTurn = next.length
    if (next.length > 0) this.#awaitTurn()
    for (const begin of next) begin()
    this.#endGroup()
  }
}
