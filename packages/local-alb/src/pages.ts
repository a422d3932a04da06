/**
 * The pages that a person sees: signing in, and what the load balancer did. They work without JavaScript; there is none.
 *
 * @module
 */

import { htmlEscape } from 'escape-goat'
import { FAULTS, type FaultName } from './faults.js'
import type { MockUser } from './users.js'

/** HTML that is safe as it stands. */
interface Html {
  readonly html: string
}

/** Escapes every value but those that are HTML already. */
function html(parts: TemplateStringsArray, ...values: readonly (string | number | Html | readonly Html[])[]): Html {
  const shown = values.map((value) =>
    typeof value === 'object'
      ? [value]
          .flat()
          .map((one) => (one as Html).html)
          .join('')
      : htmlEscape(String(value)),
  )
  return { html: parts.map((part, index) => part + (shown[index] ?? '')).join('') }
}

const STYLE = `
:root { color-scheme: light dark; --ink: #16202c; --soft: #5a6675; --line: #d5dbe3; --page: #f3f5f8; --card: #fff; --accent: #1f5fbf; --on-accent: #fff; --warn: #8a4b00 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #a3afbd; --line: #35414f; --page: #10161d; --card: #19212b; --accent: #7fb0ff; --on-accent: #0b1a30; --warn: #ffc078 } }
* { box-sizing: border-box }
body { margin: 0; padding: clamp(1rem, 5vw, 4rem) 1rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 34rem; margin: auto; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: clamp(1.25rem, 4vw, 2.25rem) }
main.wide { max-width: 62rem }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25 } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem }
p { margin: .25rem 0 1rem; color: var(--soft) }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem }
button, input { font: inherit; color: inherit }
button { cursor: pointer; border-radius: 10px; border: 1px solid var(--line); background: var(--card); padding: .6rem .9rem }
button:hover { border-color: var(--accent) }
button:focus-visible, input:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.user { width: 100%; text-align: left; display: grid; gap: .1rem }
.user strong { font-weight: 600 } .user span { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere }
.primary { background: var(--accent); color: var(--on-accent); border-color: var(--accent); font-weight: 600; width: 100%; margin-top: 1rem }
.on { border-color: var(--warn); color: var(--warn); font-weight: 600 }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; font-size: .9rem }
input { width: 100%; padding: .55rem .7rem; border: 1px solid var(--soft); border-radius: 8px; background: transparent }
details { margin-top: 1.5rem; border-top: 1px solid var(--line); padding-top: 1rem } summary { cursor: pointer; font-weight: 600 }
.faults { display: flex; flex-wrap: wrap; gap: .5rem } .scroll { overflow-x: auto }
pre { overflow-x: auto; background: var(--page); border: 1px solid var(--line); border-radius: 8px; padding: .8rem; font-size: .8rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem } th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line) }
footer a { white-space: nowrap } footer { max-width: 38rem; margin: 1rem auto; text-align: center; font-size: .85rem; color: var(--soft) } a { color: var(--accent) }
`

/** Nothing but the page's own style and forms: no script could run even if one got in. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const

function page(title: string, body: Html, className = ''): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · local ALB</title>
        <style>
          ${{ html: STYLE }}
        </style>
      </head>
      <body>
        <main class="${className}">${body}</main>
        <footer>
          Local stand-in for an AWS load balancer with Cognito. Not a real sign-in.
          <a href="/_local-alb">What it does</a>
        </footer>
      </body>
    </html> `.html
}

/** Hidden fields that every form of ours carries. */
export interface FormFields {
  readonly formToken: string
  readonly state: string
}

/** The sign-in page: pick somebody, or type somebody in. */
export function signInPage(users: readonly MockUser[], { formToken, state }: FormFields): string {
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
            <strong>${user.name ?? user.email}</strong><span>${user.email}</span
            ><span>${(user.groups ?? []).length > 0 ? `Groups: ${(user.groups ?? []).join(', ')}` : 'No groups'}</span>
          </button>
        </form>
      </li>`,
  )
  return page(
    'Sign in',
    html`<h1>Who are you today?</h1>
      <p>Pick a mock user to sign in as.</p>
      <ul>
        ${rows}
      </ul>
      <details>
        <summary>Somebody else</summary>
        <form method="post">
          ${hidden} <label for="email">E-mail</label
          ><input id="email" name="email" type="email" required autocomplete="off" /> <label for="name">Name</label
          ><input id="name" name="name" autocomplete="off" /> <label for="groups">Groups, separated by commas</label
          ><input id="groups" name="groups" autocomplete="off" /> <button class="primary">Sign in</button>
        </form>
      </details>`,
  )
}

/** A page with a sentence on it. */
export function messagePage(title: string, sentence: string): string {
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${sentence}</p>`,
  )
}

/** A request that went through, for people to read. */
export interface RecentRequest {
  readonly at: Date
  readonly method: string
  readonly path: string
  readonly user: string
  status: number | undefined
}

/** What the page about the load balancer shows. */
export interface StatusView {
  readonly formToken: string
  readonly user: MockUser | undefined
  readonly lastHeaders: readonly (readonly [name: string, decoded: string])[]
  readonly fault: FaultName | undefined
  readonly recent: readonly RecentRequest[]
}

/** The page about the load balancer: session, tokens as last sent, recent requests, faults. */
export function statusPage({ formToken, user, lastHeaders, fault, recent }: StatusView): string {
  const hidden = html`<input type="hidden" name="form" value="${formToken}" />`
  const faults = (Object.keys(FAULTS) as FaultName[]).map(
    (name) =>
      html`<button
        class="${name === fault ? 'on' : ''}"
        name="fault"
        value="${name}"
        title="${FAULTS[name]}"
        ${{ html: name === fault ? ' aria-pressed="true"' : '' }}
      >
        ${name}
      </button>`,
  )
  const rows = recent.map(
    (one) =>
      html`<tr>
        <td>${one.at.toISOString().slice(11, 19)}</td>
        <td>${one.method}</td>
        <td>${one.path}</td>
        <td>${one.user}</td>
        <td>${one.status ?? '…'}</td>
      </tr>`,
  )
  return page(
    'Status',
    html`<h1>Local load balancer</h1>
      <p>
        ${user === undefined ? 'Nobody is signed in in this browser.' : `Signed in as ${user.name ?? user.email} (${user.email}), groups: ${(user.groups ?? []).join(', ') || 'none'}.`}
      </p>
      <form method="post" action="/_local-alb/sign-out">${hidden}<button>Sign out</button></form>
      <h2>Faults</h2>
      <p>${fault === undefined ? 'None: tokens are as on AWS.' : `${fault}: ${FAULTS[fault]}.`}</p>
      <form method="post" action="/_local-alb/fault" class="faults">
        ${hidden}${faults}<button name="fault" value="">none</button>
      </form>
      <form method="post" action="/_local-alb/rotate-keys">
        ${hidden}
        <p></p>
        <button>Rotate keys</button>
      </form>
      <h2>Headers last sent</h2>
      ${
        lastHeaders.length === 0
          ? html`<p>None yet.</p>`
          : lastHeaders.map(
              ([name, decoded]) =>
                html`<p>${name}</p>
                  <pre tabindex="0">${decoded}</pre>`,
            )
      }
      <h2>Recent requests</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>Time</th>
              <th>Method</th>
              <th>Path</th>
              <th>User</th>
              <th>Answer</th>
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>`,
    'wide',
  )
}
