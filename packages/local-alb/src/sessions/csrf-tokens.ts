/**
 * CsrfTokens that only our own pages can have sent.
 *
 * A form carries a token made from this browser's cookie with a key that is new at each start (a signed double
 * submit): an app on another port can plant cookies here, since they ignore ports, but cannot make the token for them.
 *
 * @module
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { MAX_BODY_BYTES, showMessage, smallBody } from '../html/answers.js'
import { COOKIES, ownCookie, parseCookies, setCookie } from './cookies.js'

/** What a page with forms on it needs. */
export interface FormToken {
  /** The hidden field `form`. */
  readonly token: string
  /** `Set-Cookie` values. */
  readonly cookies: string[]
}

/** Makes and checks the tokens of forms. */
export class CsrfTokens {
  readonly #key = randomBytes(32)

  #tokenFor(cookie: string): string {
    return createHmac('sha256', this.#key).update(cookie).digest('hex')
  }

  /** A token for the forms of a page that this browser is shown. @param ownOrigin where that page is */
  begin(req: IncomingMessage, ownOrigin: string): FormToken {
    const name = ownCookie('form', ownOrigin)
    const known = parseCookies(req.headers.cookie)[name]
    if (known !== undefined && /^[0-9a-f]{32}$/.test(known)) return { token: this.#tokenFor(known), cookies: [] }
    const cookie = randomBytes(16).toString('hex')
    return { token: this.#tokenFor(cookie), cookies: [setCookie(ownOrigin, name, cookie, COOKIES.form.seconds)] }
  }

  /** Fields of a form of ours; `undefined` when it is none, which is then answered. */
  async read(req: IncomingMessage, res: ServerResponse, ownOrigin: string): Promise<URLSearchParams | undefined> {
    const { origin } = req.headers
    const body = origin === undefined || origin === ownOrigin ? await smallBody(req) : ''
    if (body === undefined) {
      showMessage(res, 413, 'Too much', `A form may have ${MAX_BODY_BYTES / 1024} K at most.`)
      return undefined
    }
    const fields = new URLSearchParams(body)
    const cookie = parseCookies(req.headers.cookie)[ownCookie('form', ownOrigin)]
    if (cookie !== undefined && isSame(fields.get('form') ?? '', this.#tokenFor(cookie))) return fields
    const sentence = `This form was not sent from a page of ${ownOrigin}, or the page is older than the load balancer.`
    showMessage(res, 403, 'Refused', sentence, { href: '/_local-alb', text: 'Requests and faults' })
    return undefined
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
