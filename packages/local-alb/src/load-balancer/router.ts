/**
 * Decides where a request goes, as the rules of a listener do: to an app, with or without a user, or nowhere.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import {
  cookiesForApp,
  COOKIES,
  parseCookies,
  sessionIdOf,
  setCookie,
  withoutPoolCookies,
} from '../sessions/cookies.js'
import { originOf } from '../net/own-host.js'
import { CLIENT_ID } from '../tokens/provider.js'
import type { Refusal } from './refusal.js'
import { pathOf } from './request-target.js'
import { ruleFor } from '../options/rules.js'
import type { Session } from '../sessions/sign-in.js'
import type { AlbState } from '../sessions/state.js'
import { idOf } from '../options/users.js'

/** Where a request goes, or what is answered instead. */
export type Route = { readonly target: string; readonly user: string } | Refusal

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
  route(req: IncomingMessage): Route {
    const { action, target = this.#target } = ruleFor(this.#state.rules, pathOf(req))
    // Nothing documents that AWS removes these on rules without an authenticate action: assume the worst.
    if (action === 'none') {
      const cookie = withoutPoolCookies(req.headers.cookie ?? '')
      if (cookie === '') delete req.headers.cookie
      else req.headers.cookie = cookie
      return { target, user: '' }
    }
    for (const name of Object.keys(req.headers)) if (name.startsWith('x-amzn-oidc-')) delete req.headers[name]
    const sessionId = sessionIdOf(req.headers.cookie)
    const session = this.#sessionOf(sessionId)
    if (req.headers.cookie !== undefined) req.headers.cookie = cookiesForApp(req.headers.cookie)
    if (session !== undefined) return this.#addUser(req, session, target)
    if (action === 'allow') return { target, user: '' }
    // Somebody whose session is over is sent to sign in, even here.
    if (action === 'deny' && sessionId === undefined) return { status: 401, title: '401 Authorization Required' }
    return this.#toSignIn(req)
  }

  /** The session of a request, its access token refreshed where that was over. */
  #sessionOf(id: string | undefined): Session | undefined {
    const session = this.#state.signIns.session(id)
    if (session === undefined || this.#state.refresh(session)) return session
    this.#state.signIns.signOut(undefined, id)
    return undefined
  }

  #addUser(req: IncomingMessage, session: Session, target: string): Route {
    const { issuer, fault } = this.#state
    if (this.#state.isTooLarge(session)) return { status: 500, title: '500 Internal Server Error' }
    const headers = issuer.headersFor(session.user, session.accessToken, fault)
    Object.assign(req.headers, headers)
    this.#state.lastHeaders = headers
    return { target, user: idOf(session.user) }
  }

  /** The redirect that begins a sign-in, with the parameters that a load balancer sends. */
  #toSignIn(req: IncomingMessage): Refusal {
    const { baseUrl, signIns } = this.#state
    const target = req.url ?? '/'
    // HTTP/1.0: there is no name that somebody could come back to.
    if (req.headers.host === undefined) return { status: 401, title: '401 Authorization Required' }
    // Cookies belong to a host name: one sign-in must not begin at 127.0.0.1 and end at localhost.
    if (originOf(req.headers.host) !== baseUrl)
      return { status: 302, title: '302 Found', headers: { location: baseUrl + target } }
    const { state, nonce } = signIns.begin(target, parseCookies(req.headers.cookie)[COOKIES.nonce.name])
    const query = new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri: `${baseUrl}/oauth2/idpresponse`,
      response_type: 'code',
      scope: 'openid',
      state,
    })
    return {
      status: 302,
      title: '302 Found',
      headers: {
        location: `${baseUrl}/_local-alb/oauth2/authorize?${query.toString()}`,
        'set-cookie': setCookie(COOKIES.nonce.name, nonce, COOKIES.nonce.seconds),
        'cache-control': 'no-store',
        server: 'awselb/2.0',
      },
    }
  }
}
