/**
 * The page of the attack: a button, and the report of the last one.
 *
 * @module
 */

import type { AttackReport, AttackResult } from '../../attack/attack.js'
import { type Html, html, page } from '../../html/page.js'
import type { ConsoleView } from './console-view.js'

/** What is known of the last attack. */
export interface LastAttack {
  readonly report?: AttackReport | undefined
  /** Why there is none. */
  readonly problem?: string | undefined
  readonly path: string
}

const WORDS = { pass: ['good', 'ok'], fail: ['bad', 'FAIL'], note: ['note', 'note'] } as const

function resultRow({ name, what, expected, got, verdict, note }: AttackResult): Html {
  const [className, word] = WORDS[verdict]
  return html`<tr>
    <td class="${className}">${word}</td>
    <th scope="row"><code>${name}</code></th>
    <td>${got ?? 'none'}</td>
    <td>${expected}</td>
    <td class="why">${what}${note === undefined ? '' : html`<br /><strong>${note}</strong>`}</td>
  </tr>`
}

function reportPart({ report, problem }: LastAttack): Html {
  if (problem !== undefined) return html`<p class="notice on" role="status">${problem}</p>`
  if (report === undefined) return html``
  const { failed, results, path } = report
  const sum =
    failed === 0
      ? html`<p class="notice" role="status">
          ${results.length} requests for ${path}: no attack was accepted, no outage was blamed on the user.
        </p>`
      : html`<p class="notice on" role="status">${results.length} requests for ${path}: ${failed} failed.</p>`
  return html`${sum}
    <div class="scroll" tabindex="0" role="region" aria-label="Report">
      <table>
        <thead>
          <tr>
            <th scope="col">Verdict</th>
            <th scope="col">Attack</th>
            <th scope="col">Got</th>
            <th scope="col">Expected</th>
            <th scope="col">What was sent</th>
          </tr>
        </thead>
        <tbody>
          ${results.map(resultRow)}
        </tbody>
      </table>
    </div>`
}

/** The page of the attack. */
export function attackPage({ hidden }: ConsoleView, last: LastAttack): string {
  return page(
    'Attack',
    html`<h1>Attack</h1>
      <p>
        Tries the app with forged, expired and unsigned tokens, and with outages of the keys, signed in as a user whom
        it answers. It takes up to half a minute.
      </p>
      <form class="inline" method="post" action="/_local-alb/attack">
        ${hidden}
        <div class="grow">
          <label for="path">A page that needs a user</label><input id="path" name="path" value="${last.path}" />
        </div>
        <button>Attack</button>
      </form>
      ${reportPart(last)}
      <p>The same from a shell: <code>local-alb --attack -- COMMAND</code></p>`,
    { tab: 'Attack' },
  )
}
