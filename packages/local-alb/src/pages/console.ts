/**
 * What the local load balancer answers itself: sign-in, keys, faults, status. Everything else is the app's.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, APP_LINK, redirect, showMessage } from '../html/answers.js'
import { answerApi } from './api.js'
import {
  clearSession,
  COOKIES,
  parseCookies,
  ownCookie,
  sessionIdOf,
  setCookie,
  setSession,
} from '../sessions/cookies.js'
import { answerKeys } from './key-endpoints.js'
import { originOf } from '../net/own-host.js'
import { PAGE_HEADERS } from '../html/page.js'
import type { AlbState } from '../sessions/state.js'
import { statusPage } from './status-page.js'
import { HostedUi } from './hosted-ui.js'

/** Answers `/_local-alb…` and `/oauth2/idpresponse`. */
export class Console {
  readonly #state: AlbState
  readonly #hostedUi: HostedUi

  constructor(state: AlbState) {
    this.#state = state
    this.#hostedUi = new HostedUi(state)
  }

  /** Whether a path is answered here and never reaches the app. */
  static owns(path: string): boolean {
    return path === '/oauth2/idpresponse' || path === '/_local-alb' || path.startsWith('/_local-alb/')
  }

  async handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const { search } = url
    const pathname = url.pathname === '/_local-alb/' ? '/_local-alb' : url.pathname
    const isPost = req.method === 'POST'
    if (await answerKeys(this.#state, res, pathname)) return
    if (await answerApi(this.#state, req, res, pathname)) return
    const { baseUrl } = this.#state
    // Cookies and forms belong to one name: a page at 127.0.0.1 would post a form that is refused.
    if (!isPost && req.headers.host !== undefined && originOf(req.headers.host) !== baseUrl)
      return redirect(res, baseUrl + pathname + search)
    if (pathname === '/oauth2/idpresponse') return this.#idpResponse(req, res, url)
    if (pathname === '/_local-alb/oauth2/authorize') {
      return isPost ? await this.#hostedUi.signIn(req, res, url) : this.#hostedUi.authorize(req, res, url)
    }
    if (pathname === '/_local-alb/logout') return this.#hostedUi.logout(req, res, url)
    if (pathname === '/_local-alb') return this.#status(req, res, url)
    if (isPost) return await this.#statusForm(req, res, pathname)
    showMessage(res, 404, 'Not found', 'The local load balancer has no such page.')
  }

  /** The load balancer again: never reaches the app. */
  #idpResponse(req: IncomingMessage, res: ServerResponse, { searchParams }: URL): void {
    const { signIns, fault, baseUrl } = this.#state
    const error = searchParams.get('error')
    if (error === 'access_denied')
      return showMessage(res, 401, '401 Authorization Required', 'The identity provider denied the sign-in.', APP_LINK)
    if (error !== null)
      return showMessage(res, 561, '561 Authentication Error', 'The identity provider answered with an error.')
    if (fault === 'idp_down')
      return showMessage(res, 500, '500 Internal Server Error', 'The token endpoint of the identity provider is down.')
    const nonce = parseCookies(req.headers.cookie)[COOKIES.nonce.name]
    const done = signIns.finish(searchParams.get('state') ?? '', searchParams.get('code') ?? '', nonce)
    if (done === undefined) {
      const sentence = 'This sign-in is over, or was begun in another browser.'
      return showMessage(res, 401, '401 Authorization Required', sentence, APP_LINK)
    }
    const id = this.#state.beginSession(done.user)
    const session = signIns.session(id)
    if (session === undefined || this.#state.isTooLarge(session)) {
      signIns.signOut(undefined, id)
      const sentence = 'Claims and access token of this user are over 11 K, more than a load balancer takes.'
      return showMessage(res, 500, '500 Internal Server Error', sentence)
    }
    const cookies = setSession(id, req.headers.cookie)
    // The whole URL of this load balancer, so that a path such as //example.com stays here.
    redirect(res, baseUrl + done.returnTo, cookies)
  }

  #status(req: IncomingMessage, res: ServerResponse, url: URL): void {
    const { signIns, lastHeaders, fault, recent, csrf, baseUrl } = this.#state
    const { token, cookies } = csrf.begin(req, baseUrl)
    const session = signIns.session(sessionIdOf(req.headers.cookie))
    const { idleFaults } = this.#state.issuer.provider
    const hasRotated = url.searchParams.has('rotated')
    const view = { formToken: token, session, lastHeaders, fault, idleFaults, hasRotated, recent }
    answer(res, 200, { ...PAGE_HEADERS, 'set-cookie': cookies }, statusPage(view))
  }

  async #statusForm(req: IncomingMessage, res: ServerResponse, pathname: string): Promise<void> {
    const { baseUrl } = this.#state
    const fields = await this.#state.csrf.read(req, res, baseUrl)
    if (fields === undefined) return
    const cookies: string[] = []
    let part = ''
    if (pathname === '/_local-alb/fault') {
      this.#state.setFault(fields.get('fault') ?? undefined)
      part = '#faults'
    } else if (pathname === '/_local-alb/rotate-keys') {
      this.#state.issuer.rotateKeys()
      part = '?rotated#faults'
    } else if (pathname === '/_local-alb/sign-out') {
      const { cookie } = req.headers
      const pool = ownCookie('pool', baseUrl)
      this.#state.signIns.signOut(parseCookies(cookie)[pool], sessionIdOf(cookie))
      cookies.push(...clearSession(cookie), setCookie(pool, '', 0))
    } else return showMessage(res, 404, 'Not found', 'The local load balancer has no such page.')
    redirect(res, `${baseUrl}/_local-alb${part}`, cookies)
  }
}
