/**
 * Who sent a request, and how much went over its connection, for the access log.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { Socket } from 'node:net'
import type { Client, Transferred } from '../sessions/request-log.js'

/** What is known of a connection. */
interface Connection {
  readonly id: string
  /** Bytes that earlier requests took. */
  received: number
  sent: number
}

const connections = new WeakMap<object, Connection>()

/** The socket; of HTTP/2 the session, since each request has a socket of its own there that stands for the real one. */
function connectionOf(req: IncomingMessage & { readonly stream?: { readonly session?: object } }): Connection {
  const key = req.stream?.session ?? req.socket
  const known = connections.get(key)
  if (known !== undefined) return known
  const connection = { id: `TID_${randomBytes(16).toString('hex')}`, received: 0, sent: 0 }
  connections.set(key, connection)
  return connection
}

function tlsOf(socket: Socket): Client['tls'] {
  if (!(socket instanceof TLSSocket)) return undefined
  const { servername } = socket as TLSSocket & { readonly servername?: unknown }
  return {
    cipher: socket.getCipher().name,
    version: socket.getProtocol() ?? '-',
    serverName: typeof servername === 'string' && servername !== '' ? servername : undefined,
  }
}

/** Reads who sends a request. */
export function clientOf(req: IncomingMessage, isUpgrade: boolean): Client {
  const { headers, httpVersion, socket } = req
  return {
    address: socket.remoteAddress ?? '-',
    port: String(socket.remotePort ?? '-'),
    host: headers.host,
    userAgent: headers['user-agent'],
    httpVersion,
    isUpgrade,
    tls: tlsOf(socket),
    connection: connectionOf(req).id,
  }
}

/** What a request took that is over; `undefined` under TLS, where sockets count what is encrypted. */
export function transferredBy(req: IncomingMessage): Transferred | undefined {
  const { socket } = req
  if (socket instanceof TLSSocket) return undefined
  const connection = connectionOf(req)
  const transferred = { received: socket.bytesRead - connection.received, sent: socket.bytesWritten - connection.sent }
  Object.assign(connection, { received: socket.bytesRead, sent: socket.bytesWritten })
  return transferred
}
