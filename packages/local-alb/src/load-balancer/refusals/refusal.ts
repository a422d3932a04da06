/**
 * What a load balancer answers itself instead of an app.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Link, messagePage, PAGE_HEADERS } from '../../html/page.js'

/** What the load balancer calls itself on answers of its own. */
export const SERVER = 'awselb/2.0'

/** An answer, and a sentence about it for people. */
export interface Refusal {
  readonly status: number
  readonly title: string
  readonly sentence?: string
  /** What the request log says about it, where that is not the sentence. */
  readonly why?: string
  readonly headers?: Record<string, string | string[]>
  /** The `error_reason` of AWS's access log, such as `AuthInvalidStateParam`. */
  readonly errorReason?: string
  /** Where people go on. */
  readonly link?: Link
  /** What a fixed-response action answers. */
  readonly body?: string
}

/** `Bad Gateway` of `502 Bad Gateway`: Node knows no reason phrase for a 561. */
export const phraseOf = ({ title }: Pick<Refusal, 'title'>): string => title.replace(/^\d+ /, '')

/** Answers a request. */
export function refuse(res: ServerResponse, refusal: Refusal): void {
  const { status, title, sentence, headers: given = {}, link, body } = refusal
  // HTTP/2 has neither: Node warns of the one, and throws at the other.
  const isHttp2 = res.req.httpVersionMajor > 1
  const { connection, ...rest } = given
  const headers = isHttp2 || connection === undefined ? rest : given
  if (!isHttp2) res.statusMessage = phraseOf(refusal)
  if (status < 400 || body !== undefined) {
    res.writeHead(status, { server: SERVER, ...headers }).end(body)
    return
  }
  res
    .writeHead(status, { ...PAGE_HEADERS, server: SERVER, ...headers })
    .end(messagePage(title, sentence ?? 'Answered by the local load balancer.', link))
}

/** Answers a request for a WebSocket, which Node leaves to us to write. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const { status, headers = {} } = refusal
  const all = { server: SERVER, ...headers, 'content-length': '0', connection: 'close' }
  const lines = Object.entries(all).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`))
  socket.end([`HTTP/1.1 ${status} ${phraseOf(refusal)}`, ...lines, '', ''].join('\r\n'))
}
