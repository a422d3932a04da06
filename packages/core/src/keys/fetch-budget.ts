/**
 * Limits how often a stranger can make the app fetch: every forged token may name a key id never seen before.
 *
 * @module
 */

const BURST = 20
const MS_PER_TOKEN = 60_000 / 20

/** A token bucket: a burst of 20 fetches, refilled at 20 a minute. */
export class FetchBudget {
  #tokens = BURST
  #filledAt = Date.now()

  /** Takes one fetch from the budget, if there is one left. */
  take(): boolean {
    const now = Date.now()
    const earned = Math.floor((now - this.#filledAt) / MS_PER_TOKEN)
    if (earned > 0) {
      this.#tokens = Math.min(BURST, this.#tokens + earned)
      this.#filledAt = this.#tokens === BURST ? now : this.#filledAt + earned * MS_PER_TOKEN
    } else if (earned < 0) {
      // The clock was set back; without this, nothing would be earned until it has caught up.
      this.#filledAt = now
    }
    if (this.#tokens === 0) return false
    // A full bucket earns nothing, so its clock starts with the first fetch taken from it.
    if (this.#tokens === BURST) this.#filledAt = now
    this.#tokens -= 1
    return true
  }

  /** Whole seconds until the next fetch is earned. */
  get secondsToNext(): number {
    return Math.max(1, Math.ceil((this.#filledAt + MS_PER_TOKEN - Date.now()) / 1000))
  }
}
