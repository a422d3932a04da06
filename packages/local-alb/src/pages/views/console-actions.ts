/**
 * The forms of the console: what each does, and the page that it leads to.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { attackApp } from '../../attack/attack.js'
import { LocalAlbError, type MockUser } from '../../options/users.js'
import { clearSession, sessionIdOf, setSession } from '../../sessions/cookies.js'
import type { AlbState } from '../../sessions/state.js'
import { TICKET_HEADER } from '../../sessions/tickets.js'
import { parseFault } from '../../options/faults.js'
import type { LastAttack } from './attack-page.js'
import { isRepeatable } from './request-page.js'

/** Where a form leads, and cookies on the way. */
export interface Outcome {
  readonly location: string
  readonly cookies?: readonly string[]
}

/** A form that was sent, and what it may need. */
export interface Form {
  readonly state: AlbState
  readonly fields: URLSearchParams
  readonly req: IncomingMessage
  readonly last: { attack: LastAttack }
}

/** The longest way that the clock can be moved: ten years. */
const MOST_MS = 10 * 365 * 86_400_000

function userOf({ state, fields }: Form): MockUser {
  const user = state.users[Number(fields.get('user') ?? Number.NaN)]
  if (user === undefined) throw new LocalAlbError('There is no such user')
  return user
}

/** Sends a request again, with fresh tokens. @returns the page of the new one. */
async function replay({ state, fields }: Form): Promise<Outcome> {
  const record = state.requests.find(fields.get('id') ?? '')
  if (record?.who === undefined || !isRepeatable(record)) throw new LocalAlbError('This request cannot be sent again')
  const { issuer, origins } = state
  const name = fields.get('fault') ?? ''
  const fault = name === '' ? undefined : parseFault(name)
  const who = state.current(record.who)
  const headers = issuer.headersFor(who, issuer.provider.accessToken(who, undefined), fault)
  const ticket = state.tickets.create({ who, headers, fault })
  const forwarded = origins.public === undefined ? {} : { 'x-forwarded-host': new URL(origins.public).host }
  const response = await fetch(origins.local + record.path, {
    method: record.method,
    headers: { [TICKET_HEADER]: ticket, accept: 'text/html, */*', ...forwarded },
    redirect: 'manual',
    signal: AbortSignal.timeout(20_000),
  })
  await response.body?.cancel()
  const newest = state.requests.recent.find((one) => one.ticket === ticket)
  return { location: newest === undefined ? '/_local-alb' : `/_local-alb/requests/${newest.id}` }
}

/** What each form does. */
const ACTIONS: Readonly<Record<string, (form: Form) => Outcome | Promise<Outcome>>> = {
  fault({ state, fields }) {
    state.setFault(fields.get('fault') ?? undefined)
    return { location: '/_local-alb/faults' }
  },
  'rotate-keys'({ state }) {
    state.issuer.rotateKeys()
    return { location: '/_local-alb/clock?rotated' }
  },
  'sign-out'({ state, req }) {
    const { cookie } = req.headers
    const id = sessionIdOf(cookie)
    state.signIns.signOut(state.signIns.session(id)?.poolSession, id)
    return { location: '/_local-alb', cookies: clearSession(state.origins.app, cookie) }
  },
  'sign-in'(form) {
    const { state, req } = form
    const id = state.beginSession(userOf(form))
    return { location: '/_local-alb', cookies: setSession(state.origins.app, id, req.headers.cookie) }
  },
  groups(form) {
    const { state, fields } = form
    const user = userOf(form)
    const groups = (fields.get('groups') ?? '').split(',').map((group) => group.trim())
    state.users = state.users.map((one) =>
      one === user ? { ...user, groups: groups.filter((group) => group !== '') } : one,
    )
    state.signIns.expireAccessTokens(user)
    return { location: '/_local-alb/users' }
  },
  'end-sessions'(form) {
    form.state.signIns.endSessionsOf(userOf(form))
    return { location: '/_local-alb/users' }
  },
  clock({ state, fields }) {
    const { clock } = state.issuer
    const move = Number(fields.get('move') ?? Number.NaN)
    if (!Number.isSafeInteger(move)) throw new LocalAlbError('move must be a number of milliseconds')
    clock.offset = move === 0 ? 0 : Math.max(-MOST_MS, Math.min(MOST_MS, clock.offset + move))
    return { location: '/_local-alb/clock' }
  },
  replay,
  async attack({ state, fields, last }) {
    const path = fields.get('path') ?? '/'
    try {
      last.attack = { path, report: await attackApp(state, { path }) }
    } catch (error) {
      if (!(error instanceof LocalAlbError)) throw error
      last.attack = { path, problem: error.message }
    }
    return { location: '/_local-alb/attack' }
  },
}

/** The form that is sent to a path; `undefined` for none. */
export function actionOf(pathname: string): ((form: Form) => Outcome | Promise<Outcome>) | undefined {
  const name = pathname.replace(/^\/_local-alb\//, '')
  return Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
}
