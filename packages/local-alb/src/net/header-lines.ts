/**
 * The lines of a header as they were sent: Node joins some and drops others, and HTTP/2 requests have no `headersDistinct`.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'

/** Values of each header by its name in lower case, in order. */
export function headerLines({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): Map<string, string[]> {
  const lines = new Map<string, string[]>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    lines.set(name, [...(lines.get(name) ?? []), rawHeaders[index + 1] ?? ''])
  }
  return lines
}
