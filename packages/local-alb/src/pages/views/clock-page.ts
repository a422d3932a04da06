/**
 * The page of keys and time: new keys, and a clock that can be moved.
 *
 * @module
 */

import { html, page } from '../../html/page.js'
import type { Clock } from '../../tokens/clock.js'
import { type ConsoleView, faultNotice } from './console-view.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Steps of the clock. */
const STEPS = [
  ['-1 hour', -HOUR],
  ['+2 minutes', 2 * MINUTE],
  ['+1 hour', HOUR],
  ['+1 day', DAY],
  ['+8 days', 8 * DAY],
] as const

function distance(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  return `${seconds} s ${ms < 0 ? 'behind' : 'ahead of'} this machine`
}

/** What the page shows. */
export interface ClockView {
  readonly clock: Clock
  /** Ids of published keys of the load balancer, newest first. */
  readonly kids: readonly string[]
  readonly hasRotated: boolean
}

/** The page of keys and time. */
export function clockPage(view: ConsoleView, { clock, kids, hasRotated }: ClockView): string {
  const { hidden } = view
  const rotated = html`<p class="notice" role="status">
    The keys are new: the next request is signed with them. The old ones stay published.
  </p>`
  return page(
    'Keys and time',
    html`<h1>Keys and time</h1>
      ${faultNotice(view)} ${hasRotated ? rotated : ''}
      <h2>Keys</h2>
      <p>Requests are signed with the first. AWS changes keys without notice.</p>
      <pre tabindex="0" role="region" aria-label="Key ids">${kids.slice(0, 10).join('\n')}</pre>
      <form method="post" action="/_local-alb/rotate-keys">${hidden}<button>Rotate keys now</button></form>
      <h2>Time</h2>
      <p class="${clock.offset === 0 ? 'notice' : 'notice on'}" role="status">
        The load balancer has ${new Date(clock.now()).toISOString().replace('T', ' ').slice(0, 19)}
        UTC${clock.offset === 0 ? ', as this machine.' : `, ${distance(clock.offset)}.`}
      </p>
      <p>
        Sessions and access tokens go by this clock, and tokens are dated by it. The clock of the app stays: to it they
        come from the past or the future, as with a clock that is wrong.
      </p>
      <form class="row" method="post" action="/_local-alb/clock">
        ${hidden}${STEPS.map(([name, ms]) => html`<button name="move" value="${ms}">${name}</button>`)}<button
          name="move"
          value="0"
        >
          Back to now
        </button>
      </form>`,
    { tab: 'Keys and time' },
  )
}
