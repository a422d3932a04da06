/**
 * What the local load balancer answers itself: sign-in, keys, faults, status. Everything else is the app's.
 *
 * @module
 */

import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { FORM_COOKIE, NONCE_COOKIE, parseCookies, POOL_COOKIE, SESSION_COOKIE, setCookie } from './cookies.js'
import { parseFault } from './faults.js'
import { CLIENT_ID, USER_POOL_ID } from './identity.js'
import { messagePage, PAGE_HEADERS, signInPage, statusPage } from './pages.js'
import type { AlbState } from './state.js'
import { LocalAlbError, type MockUser, parseUsers } from './users.js'

const SESSION_COOKIE_SECONDS = 604_800
const NOT_FOUND = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code></Error>\n'

/** Ends the response. Cookies are added to those that are set already. */
function answer(res: ServerResponse, status: number, headers: Record<string, string | string[]>, body = ''): void {
  res.writeHead(status, headers).end(body)
}

function redirect(res: ServerResponse, location: string, cookies: string[] = []): void {
  answer(res, 302, { location, 'cache-control': 'no-store', 'set-cookie': cookies })
}

function showMessage(res: ServerResponse, status: number, title: string, sentence: string): void {
  answer(res, status, PAGE_HEADERS, messagePage(title, sentence))
}

/** A token that a form must carry and that only this browser's cookie knows (double submit). */
function formToken(req: IncomingMessage): { readonly token: string; readonly cookies: string[] } {
  const known = parseCookies(req.headers.cookie)[FORM_COOKIE]
  if (known !== undefined && known.length === 32) return { token: known, cookies: [] }
  const token = randomBytes(16).toString('hex')
  return { token, cookies: [setCookie(FORM_COOKIE, token, SESSION_COOKIE_SECONDS)] }
}

/** Fields of a form of ours; `undefined` when another site sent it. */
async function formFields(req: IncomingMessage, baseUrl: string): Promise<URLSearchParams | undefined> {
  const { origin } = req.headers
  if (Number(req.headers['content-length'] ?? Infinity) > 16_384) return undefined
  // `null` is what browsers send for a form under `referrer-policy: same-origin` in some cases; the cookie decides.
  if (origin !== undefined && origin !== 'null' && origin !== baseUrl) return undefined
  const fields = new URLSearchParams(await text(req))
  const expected = Buffer.from(parseCookies(req.headers.cookie)[FORM_COOKIE] ?? '')
  const given = Buffer.from(fields.get('form') ?? '')
  const isOurs = expected.length > 0 && expected.length === given.length && timingSafeEqual(expected, given)
  return isOurs ? fields : undefined
}

/** Answers `/_local-alb…` and `/oauth2/idpresponse`. */
export class OwnPages {
  readonly #state: AlbState

  constructor(state: AlbState) {
    this.#state = state
  }

  /** Whether a path is answered here and never reaches the app. */
  static owns(path: string): boolean {
    return path === '/oauth2/idpresponse' || path === '/_local-alb' || path.startsWith('/_local-alb/')
  }

  async handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const { pathname } = url
    const isPost = req.method === 'POST'
    if (pathname.startsWith('/_local-alb/keys/'))
      return await this.#key(res, pathname.slice('/_local-alb/keys/'.length))
    if (pathname === `/_local-alb/${USER_POOL_ID}/.well-known/jwks.json`) return await this.#jwks(res)
    if (pathname === '/oauth2/idpresponse') return this.#idpResponse(req, res, url)
    if (pathname === '/_local-alb/oauth2/authorize') {
      return isPost ? await this.#signIn(req, res, url) : this.#authorize(req, res, url)
    }
    if (pathname === '/_local-alb/logout') return this.#logout(req, res, url)
    if (pathname === '/_local-alb/api/fault' && isPost) return await this.#faultApi(req, res)
    if (pathname === '/_local-alb') return this.#status(req, res)
    if (isPost) return await this.#statusForm(req, res, pathname)
    showMessage(res, 404, 'Not found', 'The local load balancer has no such page.')
  }

  /** Runs the fault of the key endpoints, if one is set. */
  async #keyFault(res: ServerResponse): Promise<boolean> {
    const { fault } = this.#state
    if (fault === 'keys_down') {
      res.destroy()
      return true
    }
    if (fault === 'keys_error') {
      answer(res, 500, { 'content-type': 'text/plain' }, 'fault: keys_error\n')
      return true
    }
    if (fault === 'keys_slow') await new Promise((resolve) => setTimeout(resolve, 5_000).unref())
    return false
  }

  async #key(res: ServerResponse, kid: string): Promise<void> {
    if (await this.#keyFault(res)) return
    const pem = this.#state.identity.pemOf(kid)
    if (pem === undefined) answer(res, 404, { 'content-type': 'application/xml' }, NOT_FOUND)
    else answer(res, 200, { 'content-type': 'application/x-pem-file' }, pem)
  }

  async #jwks(res: ServerResponse): Promise<void> {
    if (await this.#keyFault(res)) return
    answer(res, 200, { 'content-type': 'application/json' }, JSON.stringify(this.#state.identity.jwks))
  }

  /** The user pool: shows the page, or, when it remembers somebody, sends them straight back. */
  #authorize(req: IncomingMessage, res: ServerResponse, url: URL): void {
    const state = url.searchParams.get('state') ?? ''
    if (!this.#state.signIns.isPending(state)) {
      return showMessage(
        res,
        401,
        'Start again',
        'This sign-in was not begun here, or more than 15 minutes ago. Open your app again.',
      )
    }
    const remembered = this.#state.signIns.poolUser(parseCookies(req.headers.cookie)[POOL_COOKIE])
    if (remembered !== undefined && url.searchParams.get('prompt') !== 'login')
      return this.#sendBack(res, remembered, state)
    const { token, cookies } = formToken(req)
    answer(
      res,
      200,
      { ...PAGE_HEADERS, 'set-cookie': cookies },
      signInPage(this.#state.users, { formToken: token, state }),
    )
  }

  async #signIn(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const fields = await formFields(req, this.#state.baseUrl)
    if (fields === undefined) return showMessage(res, 403, 'Refused', 'This form was not sent from the sign-in page.')
    const state = fields.get('state') ?? url.searchParams.get('state') ?? ''
    if (!this.#state.signIns.isPending(state))
      return showMessage(res, 401, 'Start again', 'This sign-in is over. Open your app again.')
    let user: MockUser | undefined
    try {
      user = this.#chosenUser(fields)
    } catch (error) {
      if (!(error instanceof LocalAlbError)) throw error
      return showMessage(res, 400, 'That did not work', error.message)
    }
    if (user === undefined) return showMessage(res, 400, 'That did not work', 'There is no such user.')
    this.#sendBack(res, user, state)
  }

  #chosenUser(fields: URLSearchParams): MockUser | undefined {
    const index = fields.get('user')
    if (index !== null) return this.#state.users[Number(index)]
    const name = fields.get('name')?.trim()
    const groups = (fields.get('groups') ?? '').split(',').map((group) => group.trim())
    const typed = {
      email: fields.get('email')?.trim(),
      ...(name ? { name } : {}),
      groups: groups.filter((group) => group !== ''),
    }
    return parseUsers([typed], 'the user typed in ')[0]
  }

  #sendBack(res: ServerResponse, user: MockUser, state: string): void {
    const { code, poolSession } = this.#state.signIns.signedIn(user)
    const query = new URLSearchParams({ code, state })
    redirect(res, `${this.#state.baseUrl}/oauth2/idpresponse?${query.toString()}`, [
      setCookie(POOL_COOKIE, poolSession, 3600),
    ])
  }

  /** The load balancer again: never reaches the app. */
  #idpResponse(req: IncomingMessage, res: ServerResponse, url: URL): void {
    const nonce = parseCookies(req.headers.cookie)[NONCE_COOKIE]
    const { searchParams } = url
    const done = this.#state.signIns.finish(searchParams.get('state') ?? '', searchParams.get('code') ?? '', nonce)
    if (done === undefined)
      return showMessage(
        res,
        401,
        '401 Authorization Required',
        'This sign-in is over, or was begun in another browser.',
      )
    // The whole URL of this load balancer, so that a path such as //example.com stays here.
    redirect(res, this.#state.baseUrl + done.returnTo, [
      setCookie(SESSION_COOKIE, done.sessionId, SESSION_COOKIE_SECONDS),
    ])
  }

  /** The user pool's logout: both the client and the URL must be known, as in Cognito. */
  #logout(req: IncomingMessage, res: ServerResponse, url: URL): void {
    const { searchParams } = url
    const target = searchParams.get('logout_uri') ?? ''
    if (searchParams.get('client_id') !== CLIENT_ID || !this.#state.isLogoutUrl(target)) {
      return showMessage(
        res,
        400,
        'Invalid request',
        `client_id must be ${CLIENT_ID} and logout_uri a URL of this load balancer or one given with --logout-url.`,
      )
    }
    const cookies = parseCookies(req.headers.cookie)
    this.#state.signIns.signOut(cookies[POOL_COOKIE], undefined)
    redirect(res, target, [setCookie(POOL_COOKIE, '', 0)])
  }

  /** For scripts. The header of its own makes a browser ask first, and nobody answers: other sites cannot use it. */
  async #faultApi(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.headers['x-local-alb'] === undefined)
      return answer(res, 403, { 'content-type': 'text/plain' }, 'send the header x-local-alb: 1\n')
    const body: unknown = JSON.parse((await text(req)) || '{}')
    const name = typeof body === 'object' && body !== null && 'fault' in body ? body.fault : undefined
    this.#state.fault = typeof name === 'string' && name !== '' ? parseFault(name) : undefined
    answer(res, 200, { 'content-type': 'application/json' }, JSON.stringify({ fault: this.#state.fault ?? null }))
  }

  #status(req: IncomingMessage, res: ServerResponse): void {
    const { token, cookies } = formToken(req)
    const session = this.#state.signIns.session(parseCookies(req.headers.cookie)[SESSION_COOKIE])
    const { lastHeaders, fault, recent } = this.#state
    const view = { formToken: token, user: session?.user, lastHeaders, fault, recent }
    answer(res, 200, { ...PAGE_HEADERS, 'set-cookie': cookies }, statusPage(view))
  }

  async #statusForm(req: IncomingMessage, res: ServerResponse, pathname: string): Promise<void> {
    const fields = await formFields(req, this.#state.baseUrl)
    if (fields === undefined) return showMessage(res, 403, 'Refused', 'This form was not sent from the status page.')
    const cookies: string[] = []
    if (pathname === '/_local-alb/fault') {
      const name = fields.get('fault') ?? ''
      this.#state.fault = name === '' ? undefined : parseFault(name)
    } else if (pathname === '/_local-alb/rotate-keys') {
      this.#state.identity.rotateKeys()
    } else if (pathname === '/_local-alb/sign-out') {
      const given = parseCookies(req.headers.cookie)
      this.#state.signIns.signOut(given[POOL_COOKIE], given[SESSION_COOKIE])
      cookies.push(setCookie(SESSION_COOKIE, '', 0), setCookie(POOL_COOKIE, '', 0))
    } else return showMessage(res, 404, 'Not found', 'The local load balancer has no such page.')
    redirect(res, `${this.#state.baseUrl}/_local-alb`, cookies)
  }
}
