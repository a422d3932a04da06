/**
 * What the local load balancer answers itself below `/_local-alb`: sign-in, keys, faults, requests. Everything else is
 * the app's.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, redirect, showMessage } from '../html/answers.js'
import { PAGE_HEADERS } from '../html/page.js'
import { isAt } from '../net/own-host.js'
import { clearSession, sessionIdOf } from '../sessions/cookies.js'
import type { AlbState } from '../sessions/state.js'
import { answerApi } from './api.js'
import { HostedUi } from './hosted-ui.js'
import { answerKeys } from './key-endpoints.js'
import { TOKEN_PATH, TokenEndpoint } from './token-endpoint.js'
import { statusPage } from './status-page.js'

/** Answers `/_local-alb…`. */
export class Console {
  readonly #state: AlbState
  readonly #hostedUi: HostedUi
  readonly #tokens: TokenEndpoint

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
    if (pathname === '/_local-alb') return this.#status(req, res, url)
    if (isPost) return await this.#statusForm(req, res, pathname)
    showMessage(res, 404, 'Not found', 'The local load balancer has no such page.')
  }

  #status(req: IncomingMessage, res: ServerResponse, url: URL): void {
    const { signIns, lastHeaders, fault, requests, csrf, origins } = this.#state
    const { token, cookies } = csrf.begin(req, origins.app)
    const session = signIns.session(sessionIdOf(req.headers.cookie))
    const { idleFaults } = this.#state.issuer.provider
    const hasRotated = url.searchParams.has('rotated')
    const view = { formToken: token, session, lastHeaders, fault, idleFaults, hasRotated, recent: requests.recent }
    answer(res, 200, { ...PAGE_HEADERS, 'set-cookie': cookies }, statusPage(view))
  }

  async #statusForm(req: IncomingMessage, res: ServerResponse, pathname: string): Promise<void> {
    const { app } = this.#state.origins
    const fields = await this.#state.csrf.read(req, res, app)
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
      const id = sessionIdOf(cookie)
      this.#state.signIns.signOut(this.#state.signIns.session(id)?.poolSession, id)
      cookies.push(...clearSession(app, cookie))
    } else return showMessage(res, 404, 'Not found', 'The local load balancer has no such page.')
    redirect(res, `${app}/_local-alb${part}`, cookies)
  }
}
