/**
 * Reads a request as if it had not asked to be upgraded.
 *
 * Node before 24.9 ends HTTP on a connection once a request has an `Upgrade` header and `upgrade` has a listener,
 * whatever it would upgrade to. curl and Java ask for `h2c` by default, and a server may ignore that (RFC 9110, section 7.8).
 *
 * @module
 */

import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** The head of a request as it came, without `Upgrade`. */
function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() !== 'upgrade') lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Gives the connection back to the server with the request still to be read, body and all. */
export function readAsPlain(
  server: Server,
  req: IncomingMessage,
  { socket, head, event }: { socket: Duplex; head: Buffer; event: 'connection' | 'secureConnection' },
): void {
  // Node reads heads as Latin-1, so this gives the same bytes again.
  socket.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(req), 'latin1'), head]))
  server.emit(event, socket)
}
