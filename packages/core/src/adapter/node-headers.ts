/**
 * Headers of a Node request, with what Node leaves out.
 *
 * @module
 */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { HeadersInput } from '../headers.js'

/**
 * `req.headers`, with every `Authorization` line counted: Node keeps the first of several and drops the others, so a
 * duplicate would not be seen (RFC 9110 section 11.6.2 allows one).
 *
 * @param req Of HTTP/1.1 or HTTP/2.
 */
export function nodeHeaders(req: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): HeadersInput {
  const { headers, rawHeaders } = req
  if (headers.authorization === undefined || !Array.isArray(rawHeaders)) return headers
  const values: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'authorization') values.push(rawHeaders[index + 1] ?? '')
  }
  // As the app sees it, where it is there once: an earlier middleware may have set or replaced it.
  return values.length > 1 ? { ...headers, authorization: values } : headers
}

/**
 * A header by its lower-case name. The host of an HTTP/2 request is in a pseudo-header (RFC 9113 section 8.3.1): load balancers
 * send HTTP/2 to targets that ask for it.
 */
export function nodeHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name] ?? (name === 'host' ? headers[':authority'] : undefined)
  return value?.toString()
}
