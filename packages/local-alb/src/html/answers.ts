/**
 * Answering requests, and reading what little they carry.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type Link, messagePage, PAGE_HEADERS } from './page.js'

/** The longest body of a form or of the HTTP API. */
export const MAX_BODY_BYTES = 16_384

/** Where a fault is taken back. */
export const FAULT_LINK: Link = { href: '/_local-alb/faults', text: 'Take the fault back' }

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

/** Answers with a sentence for people, and where to go from there. */
export function showMessage(res: ServerResponse, status: number, title: string, sentence: string, link?: Link): void {
  answer(res, status, PAGE_HEADERS, messagePage(title, sentence, link))
}

/** The body of a request that says how long it is; `undefined` when it is too long, or does not say. */
export async function smallBody(req: IncomingMessage): Promise<string | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers
  // Neither of the two: there is no body (RFC 9112, section 6.3), as curl sends a POST without data.
  if (length === undefined && encoding === undefined) return ''
  return Number(length ?? Infinity) > MAX_BODY_BYTES ? undefined : await text(req)
}
