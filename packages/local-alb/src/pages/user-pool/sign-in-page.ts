/**
 * The sign-in page: pick a user, or type one in.
 *
 * @module
 */

import { FAULTS, type FaultName } from '../../options/faults.js'
import { type Html, html, page } from '../../html/page.js'
import { type MockUser, nameOf } from '../../options/users.js'

/** What the page is made of. */
export interface SignInView {
  readonly users: readonly MockUser[]
  /** Hidden fields that every form carries. */
  readonly formToken: string
  readonly state: string
  /** The fault that is on: signing in may end in it. */
  readonly fault: FaultName | undefined
  /** Where it is taken back. */
  readonly console: string
  /** What was typed in before and is wrong. */
  readonly problem?: { readonly sentence: string; readonly fields: URLSearchParams } | undefined
}

function initials(user: MockUser): string {
  const words = nameOf(user).split(/\s+/)
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase()
}

function chips(groups: readonly string[]): Html {
  if (groups.length === 0) return html`<span class="chips"><span class="chip">no groups</span></span>`
  return html`<span class="chips">${groups.map((group) => html`<span class="chip">${group}</span>`)}</span>`
}

/** The sign-in page. */
export function signInPage({ users, formToken, state, problem, fault, console }: SignInView): string {
  const hidden = html`<input type="hidden" name="form" value="${formToken}" /><input
      type="hidden"
      name="state"
      value="${state}"
    />`
  const rows = users.map(
    (user, index) =>
      html`<li>
        <form method="post">
          ${hidden}<input type="hidden" name="user" value="${index}" /><button class="user">
            <span class="face" aria-hidden="true">${initials(user)}</span
            ><span
              ><strong>${nameOf(user)}</strong> <span class="mail">${user.email ?? 'no e-mail'}</span> ${chips(
                user.groups ?? [],
              )}</span
            >
          </button>
        </form>
      </li>`,
  )
  const typed = (name: string): string => problem?.fields.get(name) ?? ''
  const complaint = problem && html`<p class="problem" id="problem" role="alert">${problem.sentence}</p>`
  const invalid = { html: problem === undefined ? '' : ' aria-invalid="true" aria-describedby="problem" autofocus' }
  return page(
    problem === undefined ? 'Sign in' : 'Error: sign in',
    html`<h1>Who are you today?</h1>
      <p>Pick a mock user to sign in as.</p>
      ${fault === undefined ? '' : html`<p class="notice on" role="status"><strong>${fault}</strong> is on: ${FAULTS[fault]}. <a href="${console}/faults">Take it back</a></p>`}
      <ul role="list">
        ${rows}
      </ul>
      <details ${{ html: problem === undefined ? '' : 'open' }}>
        <summary>Somebody else</summary>
        <form method="post">
          ${hidden} <label for="email">E-mail</label
          ><input
            id="email"
            name="email"
            type="email"
            value="${typed('email')}"
            required
            autocomplete="off"
            ${invalid}
          />${complaint ?? ''} <label for="name">Name <span class="hint">(optional)</span></label
          ><input id="name" name="name" value="${typed('name')}" autocomplete="off" />
          <label for="groups">Groups <span class="hint">(optional, separated by commas)</span></label
          ><input id="groups" name="groups" value="${typed('groups')}" autocomplete="off" autocapitalize="none" />
          <button class="primary">Sign in</button>
        </form>
      </details>`,
  )
}
