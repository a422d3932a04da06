/**
 * Decides where a request goes, as the rules of a listener do: to an app, with or without a user, or nowhere.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { valuesOf } from '@cognito-auth/http-kit/headers'
import { isAt } from '../../net/own-host.js'
import { type ListenerRule, ruleFor } from '../../options/rules.js'
import { idOf } from '../../options/users.js'
import {
  cookiesForApp,
  COOKIES,
  parseCookies,
  sessionIdOf,
  setCookie,
  withoutPoolCookies,
} from '../../sessions/cookies.js'
import type { RequestRecord } from '../../sessions/request-log.js'
import type { Session } from '../../sessions/sign-in.js'
import { TICKET_HEADER } from '../../sessions/tickets.js'
import type { AlbState } from '../../sessions/state.js'
import { CLIENT_ID } from '../../tokens/provider.js'
import type { Refusal } from '../refusals/refusal.js'
import { pathOf } from './request-target.js'
import { fixedResponse, redirectTo } from './rule-actions.js'
import { verifyBearer } from './verify-bearer.js'

/** Where a request goes, or what is answered instead. */
export type Route = { readonly target: string } | Refusal

/** Actions in the words of AWS's access log. */
const ACTION_NAMES: Readonly<Record<ListenerRule['action'], string | readonly string[]>> = {
  authenticate: 'authenticate',
  allow: 'authenticate',
  deny: 'authenticate',
  jwt: 'jwt-validation',
  none: [],
  redirect: 'redirect',
  'fixed-response': 'fixed-response',
}

const UNAUTHORIZED = { status: 401, title: '401 Authorization Required' } as const

/** Finds the rule of a request, and its session. */
export class Router {
  readonly #state: AlbState
  readonly #target: string

  /** @param target where everything goes that no rule sends elsewhere. */
  constructor(state: AlbState, target: string) {
    this.#state = state
    this.#target = target
  }

  /** Where a request goes; its headers then are as an app may see them. */
  async route(req: IncomingMessage, record: RequestRecord): Promise<Route> {
    const { [TICKET_HEADER]: ticketId } = req.headers
    const ticket = this.#state.tickets.take(ticketId)
    delete req.headers[TICKET_HEADER]
    const rule = ruleFor(this.#state.rules, {
      path: pathOf(req),
      query: req.url?.split('?')[1] ?? '',
      method: req.method ?? '',
      headers: req.headers,
      source: req.socket.remoteAddress ?? '',
    })
    const { action, target = this.#target } = rule
    record.rule = this.#state.rules.indexOf(rule) + 1
    record.actions = [ACTION_NAMES[action]].flat()
    record.client.traceId = [req.headers['x-amzn-trace-id'] ?? []].flat()[0]
    if (rule.redirect !== undefined) {
      const redirect = redirectTo(rule.redirect, req, this.#state.origins)
      record.redirectUrl = redirect.headers.location
      return redirect
    }
    if (rule.response !== undefined) return fixedResponse(rule.response)
    if (action === 'none' || action === 'jwt') return await this.#withoutUser(req, rule, target)
    for (const name of Object.keys(req.headers)) if (name.startsWith('x-amzn-oidc-')) delete req.headers[name]
    if (ticket !== undefined) {
      const { who, fault, headers } = ticket
      Object.assign(req.headers, headers)
      Object.assign(record, { who, user: idOf(who), fault, sent: headers, ticket: ticketId })
      return { target }
    }
    const sessionId = sessionIdOf(req.headers.cookie)
    const session = this.#sessionOf(sessionId)
    if (req.headers.cookie !== undefined) req.headers.cookie = cookiesForApp(req.headers.cookie)
    if (session !== undefined) return this.#addUser(req, session, target, record)
    if (action === 'allow') return { target }
    // Somebody whose session is over is sent to sign in, even here.
    if (action === 'deny' && sessionId === undefined)
      return { ...UNAUTHORIZED, why: 'no session, and the action of the rule is deny' }
    return this.#toSignIn(req, sessionId === undefined ? 'no session' : 'the session is over')
  }

  /** Nothing documents that AWS removes `x-amzn-oidc-*` on rules without an authenticate action: assume the worst. */
  async #withoutUser(req: IncomingMessage, { action, claims }: ListenerRule, target: string): Promise<Route> {
    const cookie = withoutPoolCookies(req.headers.cookie ?? '')
    if (cookie === '') delete req.headers.cookie
    else req.headers.cookie = cookie
    if (action === 'none') return { target }
    const refusal = await verifyBearer(valuesOf(req.rawHeaders, 'authorization'), this.#state.issuer, claims)
    return refusal === undefined ? { target } : { ...UNAUTHORIZED, ...refusal, sentence: `${refusal.why}.` }
  }

  /** The session of a request, its access token refreshed where that was over. */
  #sessionOf(id: string | undefined): Session | undefined {
    const session = this.#state.signIns.session(id)
    if (session === undefined || this.#state.refresh(session)) return session
    this.#state.signIns.signOut(undefined, id)
    return undefined
  }

  #addUser(req: IncomingMessage, session: Session, target: string, record: RequestRecord): Route {
    const { issuer, fault } = this.#state
    record.who = session.user
    record.user = idOf(session.user)
    record.fault = fault
    if (this.#state.isTooLarge(session))
      return {
        status: 500,
        title: '500 Internal Server Error',
        sentence: 'Claims and access token of this user are over 11 K, more than a load balancer takes.',
        errorReason: 'AuthUserinfoResponseSizeExceeded',
      }
    const headers = issuer.headersFor(session.user, session.accessToken, fault)
    Object.assign(req.headers, headers)
    this.#state.lastHeaders = headers
    record.sent = headers
    return { target }
  }

  /** The redirect that begins a sign-in, with the parameters that a load balancer sends. */
  #toSignIn(req: IncomingMessage, why: string): Refusal {
    const { origins, signIns } = this.#state
    const target = req.url ?? '/'
    // HTTP/1.0: there is no host name to come back to.
    if (req.headers.host === undefined)
      return { ...UNAUTHORIZED, why: 'no Host, so nowhere to come back to', errorReason: 'AuthMissingHostHeader' }
    // Cookies belong to a host name: one sign-in must not begin at 127.0.0.1 and end at localhost.
    if (!isAt(req, origins.app))
      return { status: 302, title: '302 Found', why: 'another name', headers: { location: origins.app + target } }
    const { state, nonce } = signIns.begin(target, parseCookies(req.headers.cookie)[COOKIES.nonce.name])
    const query = new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri: `${origins.app}/oauth2/idpresponse`,
      response_type: 'code',
      scope: 'openid',
      state,
    })
    return {
      status: 302,
      title: '302 Found',
      why: `${why}: sent to sign in`,
      headers: {
        location: `${origins.pool}/_local-alb/oauth2/authorize?${query.toString()}`,
        'set-cookie': setCookie(origins.app, COOKIES.nonce.name, nonce, COOKIES.nonce.seconds),
        'cache-control': 'no-store',
      },
    }
  }
}
