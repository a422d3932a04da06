/**
 * The page of users: be another user in one click, change groups, end sessions.
 *
 * @module
 */

import { type Html, html, page } from '../../html/page.js'
import { idOf, type MockUser, nameOf } from '../../options/users.js'
import { type ConsoleView, faultNotice } from './console-view.js'

function person(user: MockUser, index: number, { hidden, session }: ConsoleView): Html {
  const isMe = session !== undefined && idOf(session.user) === idOf(user)
  const field = html`${hidden}<input type="hidden" name="user" value="${index}" />`
  const link = `/_local-alb/as/${encodeURIComponent(idOf(user))}`
  return html`<li class="person">
    <div class="bar">
      <p>
        <strong>${nameOf(user)}</strong>
        <span class="mail">${user.email ?? 'no e-mail'}</span>${isMe ? ' · you' : ''}<br /><span class="hint"
          >Link: <a href="${link}">${link}</a></span
        >
      </p>
      <div class="row">
        <form method="post" action="/_local-alb/sign-in">
          ${field}<button class="small" aria-label="Sign in as ${nameOf(user)}">Sign in</button>
        </form>
        <form method="post" action="/_local-alb/end-sessions">
          ${field}<button class="small" aria-label="End sessions of ${nameOf(user)}">End sessions</button>
        </form>
      </div>
    </div>
    <form class="inline" method="post" action="/_local-alb/groups">
      ${field}
      <div class="grow">
        <label for="groups-${index}">Groups of ${nameOf(user)} <span class="hint">(separated by commas)</span></label>
        <input
          id="groups-${index}"
          name="groups"
          value="${(user.groups ?? []).join(', ')}"
          autocomplete="off"
          autocapitalize="none"
        />
      </div>
      <button>Save</button>
    </form>
  </li>`
}

/** The page of users. */
export function usersPage(view: ConsoleView, users: readonly MockUser[]): string {
  return page(
    'Users',
    html`<h1>Users</h1>
      <p>
        Changed groups count from the next request on: the access token is refreshed with it. On AWS that takes until it
        expires, an hour at most.
      </p>
      ${faultNotice(view)}
      <ul role="list">
        ${users.map((user, index) => person(user, index, view))}
      </ul>`,
    { tab: 'Users' },
  )
}
