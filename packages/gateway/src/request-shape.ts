/**
 * Requests that two servers may read as two different ones: refused, before anything else is asked about them.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9112#section-11.2 RFC 9112, section 11.2}
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { eachLine, valuesOf } from '@cognito-auth/http-kit/headers'

/** A path as it goes on to the app: printable ASCII, with no fragment. */
const PATH = /^\/[^#\u0000-\u0020\u007F-\uFFFF]*$/ // eslint-disable-line no-control-regex -- they are what is refused
/** `host`, with a port or without: nothing of a path, a user or a list. */
const HOST = /^[^\s/\\?#@,]*$/

/**
 * Whether a request can be read in one way only. What Node's parser refuses itself does not come here: obsolete line
 * folding, `Content-Length` beside `Transfer-Encoding`, a second `Content-Length`.
 */
export function isUnambiguous(req: IncomingMessage): boolean {
  const { url = '', httpVersion, rawHeaders } = req
  const seen = { host: 0, 'content-length': 0, 'transfer-encoding': 0 }
  let isClear = PATH.test(url)
  eachLine(rawHeaders, (name, value) => {
    if (!Object.hasOwn(seen, name)) return
    const count = (seen[name as keyof typeof seen] += 1)
    if (count > 1) isClear = false
    if (name === 'host' && !HOST.test(value)) isClear = false
    if (name === 'transfer-encoding' && value.trim().toLowerCase() !== 'chunked') isClear = false
    if (name === 'content-length' && !/^\d+$/.test(value)) isClear = false
  })
  if (seen['content-length'] > 0 && seen['transfer-encoding'] > 0) return false
  // RFC 9112, sections 3.2 and 6.1: HTTP/1.1 has a Host, HTTP/1.0 no chunks.
  if (httpVersion === '1.0') return isClear && seen['transfer-encoding'] === 0
  return isClear && seen.host === 1
}

/** What a request asks for by `Upgrade`: a WebSocket, nothing, or what is not offered. */
export function upgradeOf(req: IncomingMessage): 'none' | 'websocket' | 'other' {
  const { method, httpVersion, headers } = req
  if (headers.upgrade === undefined) return 'none'
  const isWebSocket = method === 'GET' && httpVersion === '1.1' && headers.upgrade.toLowerCase() === 'websocket'
  // A body would be read as the first bytes of the tunnel.
  if (!isWebSocket || hasBody(req)) return 'other'
  // Without `Connection: upgrade` the header says nothing (RFC 9110, section 7.8).
  return /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(headers.connection ?? '') ? 'websocket' : 'none'
}

/** Whether a request came with a body, whatever was made of its headers since. */
export function hasBody({ rawHeaders }: IncomingMessage): boolean {
  const [length = 0] = valuesOf(rawHeaders, 'content-length')
  return Number(length) !== 0 || valuesOf(rawHeaders, 'transfer-encoding').length > 0
}
