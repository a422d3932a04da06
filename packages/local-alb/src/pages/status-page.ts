/**
 * The page about the load balancer: session, faults, recent requests, tokens as last sent.
 *
 * @module
 */

import { FAULT_GROUPS, FAULTS, type FaultName } from '../options/faults.js'
import { type Html, html, page } from '../html/page.js'
import type { OidcHeaders } from '../tokens/token-issuer.js'
import type { Provider } from '../tokens/provider.js'
import { readableText } from '../tokens/decode.js'
import type { Session } from '../sessions/sign-in.js'
import type { RequestRecord } from '../sessions/request-log.js'
import { idOf, nameOf } from '../options/users.js'

/** What the page shows. */
export interface StatusView {
  readonly formToken: string
  readonly session: Session | undefined
  readonly lastHeaders: OidcHeaders
  readonly fault: FaultName | undefined
  readonly idleFaults: Provider['idleFaults']
  /** Whether this answers "Rotate keys now". */
  readonly hasRotated: boolean
  readonly recent: readonly RequestRecord[]
}

const clock = (date: Date): string => `${date.toISOString().slice(11, 19)} UTC`
const day = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 19)

function sessionPart(session: Session | undefined, hidden: Html): Html {
  if (session === undefined)
    return html`<p>Nobody is signed in in this browser. <a href="/">Open the app</a> to sign in.</p>`
  const { user, accessToken, until } = session
  return html`<p>Signed in as ${nameOf(user)} (${idOf(user)}).</p>
    <dl>
      <dt>Groups</dt>
      <dd>${(user.groups ?? []).join(', ') || 'none'}</dd>
      <dt>Session until</dt>
      <dd>${day(until)} UTC</dd>
      <dt>Access token until</dt>
      <dd>${accessToken.exp === 0 ? 'now: it is refreshed with the next request' : `${day(accessToken.exp)} UTC`}</dd>
    </dl>
    <form method="post" action="/_local-alb/sign-out">${hidden}<button>Sign out</button></form>`
}

/** An app that knows the key of a token does not ask for it. */
const ROTATE_TOO = ' Rotate the keys now: an app that remembers them asks for no key before it is a new one.'

function faultButton(name: FaultName, isOn: boolean, whyIdle: string | undefined): Html {
  if (whyIdle !== undefined)
    return html`<button disabled><strong>${name}</strong><span>does nothing here: ${whyIdle}</span></button>`
  return html`<button name="fault" value="${name}" aria-pressed="${isOn ? 'true' : 'false'}">
    <strong>${name}</strong><span>${FAULTS[name]}</span>
  </button>`
}

function faultsPart({ fault, idleFaults, hasRotated }: StatusView, hidden: Html): Html {
  const button = (name: FaultName): Html => faultButton(name, name === fault, idleFaults[name])
  const hint = fault?.startsWith('keys_') && !hasRotated ? ROTATE_TOO : ''
  const rotated = html`<p class="notice" role="status">
    The keys are new: the next request is signed with them. The old ones stay published.
  </p>`
  return html`<h2 id="faults">Faults</h2>
    <p class="${fault === undefined ? 'notice' : 'notice on'}" role="status">
      ${fault === undefined ? 'No fault is set: everything is as on AWS.' : html`<strong>${fault}</strong>: ${FAULTS[fault]}.${hint}`}
    </p>
    ${hasRotated ? rotated : ''}
    <div class="row">
      <form method="post" action="/_local-alb/fault">
        ${hidden}<button name="fault" value="">Take the fault back</button>
      </form>
      <form method="post" action="/_local-alb/rotate-keys">${hidden}<button>Rotate keys now</button></form>
    </div>
    <form method="post" action="/_local-alb/fault">
      ${hidden}${Object.entries(FAULT_GROUPS).map(
        ([title, names]) =>
          html`<h3>${title}</h3>
            <div class="faults">${names.map(button)}</div>`,
      )}
    </form>`
}

function requestsPart(recent: readonly RequestRecord[]): Html {
  if (recent.length === 0) return html`<p>None yet.</p>`
  const rows = recent.map(
    ({ at, method, path, user, status, reason, why }) =>
      html`<tr>
        <td class="${typeof status === 'number' && status < 400 ? 'good' : 'bad'}">${status ?? 'no answer yet'}</td>
        <td>${method}</td>
        <td>
          ${path}${reason === undefined ? '' : html` <code>${reason}</code>`}${why === undefined ? '' : html`<br />${why}`}
        </td>
        <td>${user === '' ? 'nobody' : user}</td>
        <td>${clock(at)}</td>
      </tr>`,
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Recent requests">
    <table>
      <thead>
        <tr>
          <th scope="col">Answer</th>
          <th scope="col">Method</th>
          <th scope="col">Path</th>
          <th scope="col">User</th>
          <th scope="col">Time</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function headersPart(lastHeaders: OidcHeaders): Html | readonly Html[] {
  const headers = Object.entries(lastHeaders)
  if (headers.length === 0) return html`<p>None yet.</p>`
  return headers.map(
    ([name, value]) =>
      html`<h3><code>${name}</code></h3>
        <pre tabindex="0" role="region" aria-label="${name}">${[value].flat().map(readableText).join('\n\n')}</pre>`,
  )
}

/** The page about the load balancer. */
export function statusPage(view: StatusView): string {
  const { formToken, session, lastHeaders, fault, recent } = view
  const hidden = html`<input type="hidden" name="form" value="${formToken}" />`
  return page(
    fault === undefined ? 'Status' : `Fault: ${fault}`,
    html`<h1>Status</h1>
      ${sessionPart(session, hidden)} ${faultsPart(view, hidden)}
      <h2>Recent requests</h2>
      ${requestsPart(recent)}
      <h2>Headers last sent to the app</h2>
      ${headersPart(lastHeaders)}`,
    'wide',
  )
}
