/**
 * The load balancer's clock, which can be moved: sessions end sooner, and tokens come from the past or the future.
 *
 * @module
 */

/** The time of this machine, and how far it was moved. */
export class Clock {
  /** Milliseconds ahead of this machine; negative: behind. */
  offset = 0

  /** Milliseconds since the epoch, as `Date.now()`. */
  now(): number {
    return Date.now() + this.offset
  }

  /** Whole seconds since the epoch, as tokens have them. */
  seconds(): number {
    return Math.floor(this.now() / 1000)
  }
}
