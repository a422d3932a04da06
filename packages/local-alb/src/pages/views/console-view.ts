/**
 * What every page of the console shows: who is signed in, and the fault that is on.
 *
 * @module
 */

import { type Html, html } from '../../html/page.js'
import { FAULTS, type FaultName } from '../../options/faults.js'
import type { Session } from '../../sessions/sign-in.js'

/** What pages are made of. */
export interface ConsoleView {
  /** The hidden field that every form carries. */
  readonly hidden: Html
  readonly session: Session | undefined
  readonly fault: FaultName | undefined
}

/** That a fault is on, with the way to take it back. */
export function faultNotice({ fault, hidden }: ConsoleView): Html {
  if (fault === undefined) return html``
  return html`<div class="notice on bar" role="status">
    <span><strong>${fault}</strong> is on: ${FAULTS[fault]}.</span>
    <form method="post" action="/_local-alb/fault">
      ${hidden}<button class="small" name="fault" value="">Take it back</button>
    </form>
  </div>`
}
