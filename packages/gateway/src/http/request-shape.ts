/**
 * How a request is framed; one that two servers may read as two different ones is refused, before anything else is asked
 * about it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9112#section-11.2 RFC 9112, section 11.2}
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { valuesOf } from '@cognito-auth/http-kit/headers'

/** A path as it goes on to the app: printable ASCII, with no fragment. */
const PATH = /^\/[^#\u0000-\u0020\u007F-\uFFFF]*$/ // eslint-disable-line no-control-regex -- they are what is refused
/** `host`, with a port or without: nothing of a path, a user or a list. */
const HOST = /^[^\s/\\?#@,]*$/
const LENGTH = /^\d+$/
const CHUNKED = /^\s*chunked\s*$/i

/** How a request is framed. */
export interface RequestShape {
  /** Whether it can be read in one way only. */
  readonly isUnambiguous: boolean
  /** Whether it comes with a body. */
  readonly hasBody: boolean
  /** Whether that comes in chunks, which trailers may follow. */
  readonly isChunked: boolean
  /** Whether the client waits to be told that its body is wanted (RFC 9110, section 10.1.1). */
  readonly expectsContinue: boolean
}

/**
 * Reads it from the lines as they came. What Node's parser refuses itself does not come here: obsolete line folding,
 * `Content-Length` beside `Transfer-Encoding`, a second `Content-Length`.
 */
export function shapeOf({ url = '', httpVersion, headers, rawHeaders }: IncomingMessage): RequestShape {
  const [hosts, lengths, encodings] = [
    valuesOf(rawHeaders, 'host'),
    valuesOf(rawHeaders, 'content-length'),
    valuesOf(rawHeaders, 'transfer-encoding'),
  ]
  // RFC 9112, sections 3.2 and 6.1: HTTP/1.1 has a Host, HTTP/1.0 no chunks.
  const [leastHosts, mostEncodings] = httpVersion === '1.0' ? [0, 0] : [1, 1]
  const isUnambiguous =
    PATH.test(url) &&
    hosts.length >= leastHosts &&
    hosts.length <= 1 &&
    hosts.every((host) => HOST.test(host)) &&
    lengths.length <= 1 &&
    lengths.every((length) => LENGTH.test(length)) &&
    encodings.length <= mostEncodings &&
    encodings.every((encoding) => CHUNKED.test(encoding)) &&
    (lengths.length === 0 || encodings.length === 0)
  const hasBody = encodings.length > 0 || Number(lengths[0] ?? 0) !== 0
  return {
    isUnambiguous,
    hasBody,
    isChunked: encodings.length > 0,
    expectsContinue: hasBody && httpVersion === '1.1' && headers.expect?.toLowerCase() === '100-continue',
  }
}

/** What a request asks for by `Upgrade`: a WebSocket, nothing, or what is not offered. */
export function upgradeOf(
  { method, httpVersion, headers }: IncomingMessage,
  { hasBody }: RequestShape,
): 'none' | 'websocket' | 'other' {
  if (headers.upgrade === undefined) return 'none'
  const isWebSocket = method === 'GET' && httpVersion === '1.1' && headers.upgrade.toLowerCase() === 'websocket'
  // A body would be read as the first bytes of the tunnel.
  if (!isWebSocket || hasBody) return 'other'
  // Without `Connection: upgrade` the header says nothing (RFC 9110, section 7.8).
  return /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(headers.connection ?? '') ? 'websocket' : 'none'
}
