/**
 * What a request asks for, as a path: rules are about paths.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9112#section-3.2 RFC 9112, section 3.2}
 * @module
 */

import type { IncomingMessage } from 'node:http'
import { isOwnHost, isPublicHost, type Origins } from '../../net/own-host.js'

/**
 * Reduces the target of a request to path and query, byte for byte.
 *
 * `GET http://localhost:8080/a` asks for `/a`, and its own host counts rather than the `Host` header.
 *
 * @returns `false` for what is neither a path nor a URL of this machine, such as `*`.
 */
export function reduceToPath(req: IncomingMessage, origins: Origins): boolean {
  const { url = '' } = req
  if (url.startsWith('/')) return true
  const [, host, rest = ''] = /^https?:\/\/([^/?#]+)(.*)$/is.exec(url) ?? []
  if (host === undefined || !(isOwnHost(host) || isPublicHost(host, origins))) return false
  req.url = rest.startsWith('/') ? rest : `/${rest}`
  req.headers.host = host
  return true
}

/** The path without the query. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.replace(/\?.*$/s, '')
}
