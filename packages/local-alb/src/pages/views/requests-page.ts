/**
 * The page of requests: who asked what, what was answered by whom, and why. New ones come by themselves.
 *
 * @module
 */

import { type Html, html, page } from '../../html/page.js'
import { FAULTS, type FaultName } from '../../options/faults.js'
import type { Provider } from '../../tokens/provider.js'
import { idOf, nameOf } from '../../options/users.js'
import type { RequestRecord } from '../../sessions/request-log.js'
import { type ConsoleView, faultNotice } from './console-view.js'

const clock = (date: Date): string => date.toTimeString().slice(0, 8)

/** How an answer is shown: green, red, or a fault of the load balancer's own kind. */
function classOf({ status, answeredBy }: RequestRecord): string {
  if (typeof status === 'number' && status < 400) return answeredBy === 'app' ? 'good' : 'note'
  return 'bad'
}

/** Codes and states of a sign-in are long, and used up. */
const shortPath = (path: string): string => (path.startsWith('/oauth2/idpresponse?') ? '/oauth2/idpresponse' : path)

/** One request, as a row of the table. */
export function requestRow(record: RequestRecord): Html {
  const { id, at, method, path, user, status, answeredBy, reason, why, fault, milliseconds } = record
  return html`<tr id="r${id}">
    <td class="${classOf(record)}">${status ?? 'no answer yet'}</td>
    <td>${method}</td>
    <td class="path"><a href="/_local-alb/requests/${id}">${shortPath(path)}</a></td>
    <td>${user === '' ? '-' : user}</td>
    <td class="why">
      ${reason === undefined ? '' : html`<code>${reason}</code> `}${why?.split('. Got ')[0] ?? (answeredBy === 'load balancer' ? 'answered by the load balancer' : '')}${fault === undefined ? '' : html` (fault: ${fault})`}
    </td>
    <td>${milliseconds === undefined ? '' : `${milliseconds} ms`}</td>
    <td>${clock(at)}</td>
  </tr>`
}

function sessionBar({ session, hidden }: ConsoleView): Html {
  if (session === undefined)
    return html`<div class="bar">
      <p>
        No user is signed in in this browser. <a href="/">Open the app</a> to sign in, or pick a
        <a href="/_local-alb/users">user</a>.
      </p>
    </div>`
  const { user } = session
  const groups = (user.groups ?? []).join(', ') || 'no groups'
  return html`<div class="bar">
    <p>Signed in as ${nameOf(user)} (${idOf(user)}), ${groups}. <a href="/">Open the app</a></p>
    <form method="post" action="/_local-alb/sign-out">${hidden}<button class="small">Sign out</button></form>
  </div>`
}

/** A fault in two clicks: the page of faults says what each does. */
function faultForm({ fault, hidden }: ConsoleView, idle: Provider['idleFaults']): Html {
  const names = (Object.keys(FAULTS) as FaultName[]).filter((name) => !Object.hasOwn(idle, name))
  const option = (name: FaultName): Html =>
    html`<option value="${name}" ${{ html: name === fault ? 'selected' : '' }}>${name}</option>`
  return html`<form class="inline bar-below" method="post" action="/_local-alb/fault">
    ${hidden}
    <div>
      <label for="set-fault">Fault</label>
      <select id="set-fault" name="fault">
        <option value="">none</option>
        ${names.map(option)}
      </select>
    </div>
    <button>Set</button>
  </form>`
}

/** The page of requests. */
export function requestsPage(
  view: ConsoleView,
  recent: readonly RequestRecord[],
  idle: Provider['idleFaults'],
): string {
  return page(
    view.fault === undefined ? 'Requests' : `Fault: ${view.fault}`,
    html`<h1>Requests</h1>
      ${sessionBar(view)} ${view.fault === undefined ? faultForm(view, idle) : faultNotice(view)}
      <div class="scroll" id="requests" tabindex="0" role="region" aria-label="Requests">
        <table>
          <thead>
            <tr>
              <th scope="col">Answer</th>
              <th scope="col">Method</th>
              <th scope="col">Path</th>
              <th scope="col">User</th>
              <th scope="col">Why</th>
              <th scope="col">Took</th>
              <th scope="col">Time</th>
            </tr>
          </thead>
          <tbody>
            ${recent.map(requestRow)}
          </tbody>
        </table>
      </div>
      ${recent.length === 0 ? html`<p id="none">None yet.</p>` : ''}`,
    { tab: 'Requests' },
  )
}
