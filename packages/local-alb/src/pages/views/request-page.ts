/**
 * The page of one request: what was sent, claim by claim, why it was refused, and how to send it again.
 *
 * @module
 */

import { type Html, html, page } from '../../html/page.js'
import { FAULTS, type FaultName } from '../../options/faults.js'
import type { RequestRecord } from '../../sessions/request-log.js'
import { readable } from '../../tokens/decode.js'
import { meaningOf, TIMES } from './claims.js'
import { type ConsoleView, faultNotice } from './console-view.js'

const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 19)

function shownValue(name: string, value: unknown): Html {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (!TIMES.includes(name) || typeof value !== 'number' || Math.abs(value) > 1e11) return html`${text}`
  const countdown = name === 'exp' ? html` <span data-until="${value}"></span>` : ''
  return html`${text}<br />${dateOf(value)} UTC${countdown}`
}

function claimRows(part: string, values: unknown): Html[] {
  if (typeof values !== 'object' || values === null) return []
  return Object.entries(values).map(
    ([name, value]) =>
      html`<tr>
        <td>${part}</td>
        <th scope="row"><code>${name}</code></th>
        <td class="value">${shownValue(name, value)}</td>
        <td class="why">${meaningOf(name)}</td>
      </tr>`,
  )
}

function tokenPart(name: string, value: string): Html {
  const token = readable(value)
  if (typeof token === 'string')
    return html`<h3><code>${name}</code></h3>
      <pre tabindex="0" role="region" aria-label="${name}">${token}</pre>`
  return html`<h3><code>${name}</code></h3>
    <div class="scroll" tabindex="0" role="region" aria-label="${name}">
      <table>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Name</th>
            <th scope="col">Value</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${claimRows('header', token.header)}${claimRows('claims', token.claims)}
        </tbody>
      </table>
    </div>`
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** The request for a shell: straight to the app with the same headers, or to the load balancer where it had none. */
export function asCurl({ method, path, sent }: RequestRecord, urls: { app: string; target: string }): string {
  const headers = Object.entries(sent).flatMap(([name, value]) =>
    [value].flat().map((one) => `-H ${quoted(`${name}: ${one}`)}`),
  )
  const url = (headers.length > 0 ? urls.target : urls.app) + path
  return ['curl -i', ...(method === 'GET' ? [] : [`-X ${quoted(method)}`]), ...headers, quoted(url)].join(' \\\n  ')
}

/** Requests without a body, as a user: these can be sent again. */
export const isRepeatable = ({ method, who }: RequestRecord): boolean =>
  who !== undefined && (method === 'GET' || method === 'HEAD')

function replayPart(
  record: RequestRecord,
  { hidden }: ConsoleView,
  idle: Readonly<Partial<Record<FaultName, string>>>,
): Html {
  if (!isRepeatable(record)) return html``
  const names = (Object.keys(FAULTS) as FaultName[]).filter((name) => !Object.hasOwn(idle, name) && isOfTokens(name))
  return html`<h2>Send it again</h2>
    <form class="inline" method="post" action="/_local-alb/replay">
      ${hidden}<input type="hidden" name="id" value="${record.id}" />
      <div class="grow">
        <label for="fault">With a fault</label>
        <select id="fault" name="fault">
          <option value="">none: fresh tokens of the same user</option>
          ${names.map((name) => html`<option value="${name}">${name}: ${FAULTS[name]}</option>`)}
        </select>
      </div>
      <button>Send</button>
    </form>`
}

/** Faults of one request, rather than of the load balancer or of the key endpoints. */
export const isOfTokens = (name: FaultName): boolean => !/^(?:keys_|idp_|oversized$|refresh_failure$)/.test(name)

/** The page of one request. */
export function requestPage(
  record: RequestRecord,
  view: ConsoleView,
  more: { readonly curl: string; readonly idle: Readonly<Partial<Record<FaultName, string>>> },
): string {
  const { method, path, user, status, answeredBy, reason, why, fault, milliseconds, at, sent } = record
  const sentence = [reason, why].filter((part) => part !== undefined).join(': ')
  const tokens = Object.entries(sent).flatMap(([name, value]) => [value].flat().map((one) => tokenPart(name, one)))
  return page(
    `${method} ${path}`,
    html`<h1>${method} ${path}</h1>
      ${faultNotice(view)}
      ${sentence === '' ? '' : html`<p class="${typeof status === 'number' && status < 400 ? 'notice' : 'notice on'}">${sentence}</p>`}
      <dl>
        <dt>Answer</dt>
        <dd>
          ${status ?? 'none yet'}${answeredBy === undefined ? '' : ` by the ${answeredBy}`}${milliseconds === undefined ? '' : `, after ${milliseconds} ms`}
        </dd>
        <dt>User</dt>
        <dd>${user === '' ? 'none' : user}</dd>
        <dt>Time</dt>
        <dd>${at.toISOString().replace('T', ' ').slice(0, 19)} UTC</dd>
        <dt>Fault</dt>
        <dd>${fault ?? 'none'}</dd>
      </dl>
      ${replayPart(record, view, more.idle)}
      <h2>What was sent</h2>
      ${tokens.length === 0 ? html`<p>No headers of the load balancer.</p>` : tokens}
      <h2>As curl</h2>
      <p>Tokens are for two minutes. <button class="small" data-copy="curl" hidden>Copy</button></p>
      <pre id="curl" tabindex="0" role="region" aria-label="As curl">${more.curl}</pre>
      <p><a href="/_local-alb">All requests</a></p>`,
    { tab: 'Requests' },
  )
}
