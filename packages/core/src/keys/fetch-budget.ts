/**
 * Limits how often a stranger can make the app fetch: every forged token may name a key id never seen before.
 *
 * @module
 */

/** A token bucket: a burst of so many fetches, refilled at as many a minute. */
export class FetchBudget {
  readonly #burst: number
  readonly #msPerToken: number
  #tokens: number
  #filledAt = Date.now()

  constructor(burst: number) {
    this.#burst = burst
    this.#msPerToken = 60_000 / burst
    this.#tokens = burst
  }

  /** Takes one fetch from the budget, if there is one left. */
  take(): boolean {
    const now = Date.now()
    const earned = Math.floor((now - this.#filledAt) / this.#msPerToken)
    if (earned > 0) {
      this.#tokens = Math.min(this.#burst, this.#tokens + earned)
      this.#filledAt = this.#tokens === this.#burst ? now : this.#filledAt + earned * this.#msPerToken
    } else if (earned < 0) {
      // The clock was set back; without this, nothing would be earned until it has caught up.
      this.#filledAt = now
    }
    if (this.#tokens === 0) return false
    // A full bucket earns nothing, so its clock starts with the first fetch taken from it.
    if (this.#tokens === this.#burst) this.#filledAt = now
    this.#tokens -= 1
    return true
  }

  /** Whole seconds until the next fetch is earned. */
  get secondsToNext(): number {
    return Math.max(1, Math.ceil((this.#filledAt + this.#msPerToken - Date.now()) / 1000))
  }
}
