/**
 * The page of faults: what the load balancer does wrong on demand.
 *
 * @module
 */

import { type Html, html, page } from '../../html/page.js'
import { FAULT_GROUPS, FAULTS, type FaultName } from '../../options/faults.js'
import type { Provider } from '../../tokens/provider.js'
import type { ConsoleView } from './console-view.js'

/** An app that knows the key of a token does not ask for it. */
const ROTATE_TOO = ' Rotate the keys now: an app that remembers them asks for no key before it is a new one.'

function faultButton(name: FaultName, isOn: boolean, whyIdle: string | undefined): Html {
  if (whyIdle !== undefined)
    return html`<button disabled><strong>${name}</strong><span>does nothing here: ${whyIdle}</span></button>`
  return html`<button name="fault" value="${name}" aria-pressed="${isOn ? 'true' : 'false'}">
    <strong>${name}</strong><span>${FAULTS[name]}</span>
  </button>`
}

/** The page of faults. */
export function faultsPage({ fault, hidden }: ConsoleView, idleFaults: Provider['idleFaults']): string {
  const hint = fault?.startsWith('keys_') ? ROTATE_TOO : ''
  return page(
    fault === undefined ? 'Faults' : `Fault: ${fault}`,
    html`<h1>Faults</h1>
      <p class="${fault === undefined ? 'notice' : 'notice on'}" role="status">
        ${fault === undefined ? 'No fault is set: everything is as on AWS.' : html`<strong>${fault}</strong>: ${FAULTS[fault]}.${hint}`}
      </p>
      <div class="row">
        <form method="post" action="/_local-alb/fault">
          ${hidden}<button name="fault" value="">Take the fault back</button>
        </form>
        <form method="post" action="/_local-alb/rotate-keys">${hidden}<button>Rotate keys now</button></form>
      </div>
      <form method="post" action="/_local-alb/fault">
        ${hidden}${Object.entries(FAULT_GROUPS).map(
          ([title, names]) =>
            html`<h2>${title}</h2>
              <div class="faults">${names.map((name) => faultButton(name, name === fault, idleFaults[name]))}</div>`,
        )}
      </form>`,
    { tab: 'Faults' },
  )
}
