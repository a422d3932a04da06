/**
 * Answering requests, and reading forms that only our own pages can have sent.
 *
 * @module
 */

import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { FORM_COOKIE, parseCookies, setCookie } from './cookies.js'
import { messagePage, PAGE_HEADERS } from './page.js'

const FORM_COOKIE_SECONDS = 604_800
const MAX_FORM_BYTES = 16_384

/** Ends the response. */
export function answer(
  res: ServerResponse,
  status: number,
  headers: Record<string, string | string[]>,
  body = '',
): void {
  res.writeHead(status, headers).end(body)
}

/** Sends a browser elsewhere, with cookies. */
export function redirect(res: ServerResponse, location: string, cookies: string[] = []): void {
  answer(res, 302, { location, 'cache-control': 'no-store', 'set-cookie': cookies })
}

/** Answers with a sentence for people. */
export function showMessage(res: ServerResponse, status: number, title: string, sentence: string): void {
  answer(res, status, PAGE_HEADERS, messagePage(title, sentence))
}

/** A token that a form must carry and that only this browser's cookie knows (double submit). */
export function formToken(req: IncomingMessage): { readonly token: string; readonly cookies: string[] } {
  const known = parseCookies(req.headers.cookie)[FORM_COOKIE]
  if (known !== undefined && known.length === 32) return { token: known, cookies: [] }
  const token = randomBytes(16).toString('hex')
  return { token, cookies: [setCookie(FORM_COOKIE, token, FORM_COOKIE_SECONDS)] }
}

/** The body of a request that says how long it is; `undefined` when it is too long, or does not say. */
export async function smallBody(req: IncomingMessage): Promise<string | undefined> {
  return Number(req.headers['content-length'] ?? Infinity) > MAX_FORM_BYTES ? undefined : await text(req)
}

/** Fields of a form of ours; `undefined` when another site sent it. */
export async function formFields(req: IncomingMessage, baseUrl: string): Promise<URLSearchParams | undefined> {
  const { origin } = req.headers
  // `null` is what browsers send for a form under `referrer-policy: same-origin` in some cases; the cookie decides.
  if (origin !== undefined && origin !== 'null' && origin !== baseUrl) return undefined
  const body = await smallBody(req)
  if (body === undefined) return undefined
  const fields = new URLSearchParams(body)
  const expected = Buffer.from(parseCookies(req.headers.cookie)[FORM_COOKIE] ?? '')
  const given = Buffer.from(fields.get('form') ?? '')
  const isOurs = expected.length > 0 && expected.length === given.length && timingSafeEqual(expected, given)
  return isOurs ? fields : undefined
}
