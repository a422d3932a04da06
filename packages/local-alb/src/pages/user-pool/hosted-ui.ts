/**
 * The user pool's own pages: signing in, and signing out.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, redirect, showMessage } from '../../html/answers.js'
import { COOKIES, ownCookie, parseCookies, setCookie } from '../../sessions/cookies.js'
import { type Authorization, readAuthorization, type SentBack, type Unusable } from './authorization.js'
import { type Link, SIGN_IN_HEADERS } from '../../html/page.js'
import { CLIENT_ID } from '../../tokens/provider.js'
import { signInPage } from './sign-in-page.js'
import type { AlbState } from '../../sessions/state.js'
import { LocalAlbError, type MockUser, parseUser } from '../../options/users.js'

/** The user that a form chose or typed in. @throws {LocalAlbError} when there is no such user. */
function chosenUser(fields: URLSearchParams, users: readonly MockUser[]): MockUser {
  const index = fields.get('user')
  if (index !== null) {
    const user = /^\d+$/.test(index) ? users[Number(index)] : undefined
    if (user === undefined) throw new LocalAlbError('There is no such user')
    return user
  }
  const name = fields.get('name')?.trim()
  const groups = (fields.get('groups') ?? '').split(',').map((group) => group.trim())
  const typed = {
    email: fields.get('email')?.trim(),
    ...(name ? { name } : {}),
    groups: groups.filter((group) => group !== ''),
  }
  return parseUser(typed, 'The ')
}

const AUTHORIZE = '/_local-alb/oauth2/authorize'
const LOGOUT = '/_local-alb/logout'

/** Answers what Cognito's hosted pages would. */
export class HostedUi {
  readonly #state: AlbState

  constructor(state: AlbState) {
    this.#state = state
  }

  /** Whether a page is the user pool's: it is at the pool's origin. */
  static owns(path: string): boolean {
    return path === AUTHORIZE || path === LOGOUT
  }

  async handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    if (url.pathname === LOGOUT) return this.logout(req, res, url)
    if (req.method === 'POST') return await this.signIn(req, res, url)
    this.authorize(req, res, url)
  }

  #appLink(): Link {
    return { href: `${this.#state.origins.app}/`, text: 'Open your app again' }
  }

  /** Shows the page, or, when it remembers a user, sends them straight back. */
  authorize(req: IncomingMessage, res: ServerResponse, url: URL): void {
    const authorization = readAuthorization(this.#state, url.searchParams)
    if (!('finish' in authorization)) return this.#refuse(res, authorization)
    const remembered = this.#state.signIns.poolUser(this.#poolSession(req))
    if (remembered !== undefined && url.searchParams.get('prompt') !== 'login')
      return this.#sendBack(res, remembered, authorization)
    this.#showPage(req, res, 200, { state: url.searchParams.get('state') ?? '' })
  }

  #refuse(res: ServerResponse, refused: Unusable | SentBack): void {
    if ('location' in refused) return redirect(res, refused.location)
    const status = refused.title === 'Start again' ? 401 : 400
    showMessage(res, status, refused.title, refused.sentence, this.#appLink())
  }

  #poolSession(req: IncomingMessage): string | undefined {
    return parseCookies(req.headers.cookie)[ownCookie('pool', this.#state.origins.pool)]
  }

  #showPage(
    req: IncomingMessage,
    res: ServerResponse,
    status: number,
    more: Pick<Parameters<typeof signInPage>[0], 'state' | 'problem'>,
  ): void {
    const { users, csrf, origins, fault } = this.#state
    const { token, cookies } = csrf.begin(req, origins.pool)
    const view = { users, formToken: token, fault, console: `${origins.app}/_local-alb`, ...more }
    answer(res, status, { ...SIGN_IN_HEADERS, 'set-cookie': cookies }, signInPage(view))
  }

  /** The form of that page. */
  async signIn(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const fields = await this.#state.csrf.read(req, res, this.#state.origins.pool)
    if (fields === undefined) return
    const authorization = readAuthorization(this.#state, url.searchParams, fields.get('state'))
    if (!('finish' in authorization)) return this.#refuse(res, authorization)
    let user: MockUser
    try {
      user = chosenUser(fields, this.#state.users)
    } catch (error) {
      if (!(error instanceof LocalAlbError)) throw error
      const state = fields.get('state') ?? ''
      return this.#showPage(req, res, 400, { state, problem: { sentence: error.message, fields } })
    }
    this.#sendBack(res, user, authorization)
  }

  #sendBack(res: ServerResponse, user: MockUser, authorization: Authorization): void {
    const { signIns, origins } = this.#state
    const { code, poolSession } = signIns.signedIn(user)
    redirect(res, authorization.finish(user, code), [
      setCookie(origins.pool, ownCookie('pool', origins.pool), poolSession, COOKIES.pool.seconds),
    ])
  }

  /** Signing out: both the client and the URL must be known, as in Cognito. */
  logout(req: IncomingMessage, res: ServerResponse, url: URL): void {
    const target = url.searchParams.get('logout_uri') ?? ''
    if (url.searchParams.get('client_id') !== CLIENT_ID || !this.#state.isLogoutUrl(target)) {
      const sentence = `client_id must be ${CLIENT_ID} and logout_uri a URL of this load balancer or one given with --logout-url.`
      return showMessage(res, 400, 'Invalid request', sentence)
    }
    this.#state.signIns.signOut(this.#poolSession(req), undefined)
    // As a browser would read it: characters that no header can have are taken out or encoded.
    const { pool } = this.#state.origins
    redirect(res, new URL(target).href, [setCookie(pool, ownCookie('pool', pool), '', 0)])
  }
}
