/**
 * Checks upgrades before a server sees them: what a connection carries, such as operations of GraphQL, is no request and
 * comes past all that checks those. Gateways check their own handshakes.
 *
 * @module
 */

import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ErrorResponse } from '@cognito-auth/core/adapter'

/** What is asked of an upgrade: nothing where it is `undefined`, else the refusal, if it is one. */
export type UpgradeCheck = (request: IncomingMessage) => Promise<ErrorResponse | undefined> | undefined

function refuse(socket: Duplex, { status, headers, body }: ErrorResponse): void {
  const length = String(Buffer.byteLength(body))
  const lines = Object.entries({ ...headers, 'content-length': length, connection: 'close' })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${body}`)
}

/** Has a server told of upgrades once `check` is done. No listener could hold back those that others add. */
export function checkUpgrades(server: Server, check: UpgradeCheck): void {
  const emit = server.emit.bind(server) as (event: string, ...given: unknown[]) => boolean
  const value = (event: string, ...given: unknown[]): boolean => {
    const [request, socket] = given as [IncomingMessage, Duplex]
    const refusal = event === 'upgrade' ? check(request) : undefined
    if (refusal === undefined) return emit(event, ...given)
    // A client that leaves meanwhile must not end the process.
    const ignore = (): void => undefined
    socket.on('error', ignore)
    void refusal.then((answer) => {
      if (answer !== undefined) return refuse(socket, answer)
      socket.off('error', ignore)
      emit(event, ...given)
    })
    return true
  }
  Object.defineProperty(server, 'emit', { value, configurable: true, writable: true })
}
