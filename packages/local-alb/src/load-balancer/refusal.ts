/**
 * What a load balancer answers itself instead of an app.
 *
 * @module
 */

import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { messagePage, PAGE_HEADERS } from '../html/page.js'

/** An answer, and a sentence about it for people. */
export interface Refusal {
  readonly status: number
  readonly title: string
  readonly sentence?: string
  readonly headers?: Record<string, string>
}

/** Answers a request. */
export function refuse(res: ServerResponse, { status, title, sentence, headers = {} }: Refusal): void {
  if (status === 302) res.writeHead(302, headers).end()
  else
    res
      .writeHead(status, { ...PAGE_HEADERS, server: 'awselb/2.0', ...headers })
      .end(messagePage(title, sentence ?? 'Answered by the local load balancer.'))
}

/** Answers a request for a WebSocket, which Node leaves to us to write. */
export function refuseUpgrade(socket: Duplex, { status, title, headers = {} }: Refusal): void {
  const all = { ...headers, 'content-length': '0', connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} ${title.replace(/^\d+ /, '')}`, ...lines, '', ''].join('\r\n'))
}
