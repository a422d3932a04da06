/**
 * What the local load balancer answers itself below `/_local-alb`: sign-in, keys, faults, requests. Everything else is
 * the app's.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, redirect, showMessage } from '../html/answers.js'
import { html, LIVE_HEADERS } from '../html/page.js'
import { isAt } from '../net/own-host.js'
import { sessionIdOf } from '../sessions/cookies.js'
import type { AlbState } from '../sessions/state.js'
import { answerApi } from './api.js'
import { attackPage, type LastAttack } from './views/attack-page.js'
import { clockPage } from './views/clock-page.js'
import { actionOf } from './views/console-actions.js'
import type { ConsoleView } from './views/console-view.js'
import { streamRequests } from './views/events.js'
import { faultsPage } from './views/faults-page.js'
import { HostedUi } from './user-pool/hosted-ui.js'
import { answerKeys } from './user-pool/key-endpoints.js'
import { asCurl, requestPage } from './views/request-page.js'
import { requestsPage } from './views/requests-page.js'
import { followSignInLink, LINK_PATH } from './sign-in-link.js'
import { TOKEN_PATH, TokenEndpoint } from './user-pool/token-endpoint.js'
import { usersPage } from './views/users-page.js'

const REQUEST_PATH = /^\/_local-alb\/requests\/(\d+)$/

/** Answers `/_local-alb…`. */
export class Console {
  readonly #state: AlbState
  readonly #hostedUi: HostedUi
  readonly #tokens: TokenEndpoint
  readonly #last: { attack: LastAttack } = { attack: { path: '/' } }

  constructor(state: AlbState) {
    this.#state = state
    this.#hostedUi = new HostedUi(state)
    this.#tokens = new TokenEndpoint(state)
  }

  /** Whether a path is answered here and never reaches the app. */
  static owns(path: string): boolean {
    return path === '/_local-alb' || path.startsWith('/_local-alb/')
  }

  async handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const { search } = url
    const pathname = url.pathname === '/_local-alb/' ? '/_local-alb' : url.pathname
    const isPost = req.method === 'POST'
    if (await answerKeys(this.#state, res, pathname)) return
    if (pathname === TOKEN_PATH) return await this.#tokens.handle(req, res)
    if (await answerApi(this.#state, req, res, pathname)) return
    const isHosted = HostedUi.owns(pathname)
    const { origins } = this.#state
    const own = isHosted ? origins.pool : origins.app
    // Cookies and forms belong to one name: a page at another one would post a form that is refused.
    if (!isPost && !isAt(req, own)) return redirect(res, own + pathname + search)
    if (isHosted) return await this.#hostedUi.handle(req, res, new URL(own + pathname + search))
    if (pathname.startsWith(LINK_PATH)) return followSignInLink(this.#state, req, res, url)
    if (pathname === '/_local-alb/events') return streamRequests(this.#state, req, res)
    if (isPost) return await this.#form(req, res, pathname)
    this.#page(req, res, pathname, url)
  }

  #page(req: IncomingMessage, res: ServerResponse, pathname: string, url: URL): void {
    const { csrf, origins } = this.#state
    const { token, cookies } = csrf.begin(req, origins.app)
    const text = this.#pageText(req, pathname, url, token)
    if (text === undefined) showMessage(res, 404, 'Not found', 'The local load balancer has no such page.')
    else answer(res, 200, { ...LIVE_HEADERS, 'set-cookie': cookies }, text)
  }

  #pageText(req: IncomingMessage, pathname: string, url: URL, token: string): string | undefined {
    const { signIns, fault, requests, users, issuer } = this.#state
    const view: ConsoleView = {
      hidden: html`<input type="hidden" name="form" value="${token}" />`,
      session: signIns.session(sessionIdOf(req.headers.cookie)),
      fault,
    }
    const { idleFaults } = issuer.provider
    const id = REQUEST_PATH.exec(pathname)?.[1]
    if (id !== undefined) return this.#requestPage(id, view)
    switch (pathname) {
      case '/_local-alb':
        return requestsPage(view, requests.recent, idleFaults)
      case '/_local-alb/faults':
        return faultsPage(view, idleFaults)
      case '/_local-alb/users':
        return usersPage(view, users)
      case '/_local-alb/clock':
        return clockPage(view, { clock: issuer.clock, kids: issuer.kids, hasRotated: url.searchParams.has('rotated') })
      case '/_local-alb/attack':
        return attackPage(view, this.#last.attack)
      default:
        return undefined
    }
  }

  #requestPage(id: string, view: ConsoleView): string | undefined {
    const { requests, origins, issuer } = this.#state
    const record = requests.find(id)
    if (record === undefined) return undefined
    const curl = asCurl(record, { app: origins.app, target: record.target.replace(/\/$/, '') })
    return requestPage(record, view, { curl, idle: issuer.provider.idleFaults })
  }

  async #form(req: IncomingMessage, res: ServerResponse, pathname: string): Promise<void> {
    const { origins, csrf } = this.#state
    const action = actionOf(pathname)
    if (action === undefined) return showMessage(res, 404, 'Not found', 'The local load balancer has no such page.')
    const fields = await csrf.read(req, res, origins.app)
    if (fields === undefined) return
    const { location, cookies = [] } = await action({ state: this.#state, fields, req, last: this.#last })
    redirect(res, origins.app + location, [...cookies])
  }
}
