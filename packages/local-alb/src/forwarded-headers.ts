/**
 * The headers that a load balancer adds to every request, whoever sends it.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Says from whom and how a request came. */
export function addForwardedHeaders({ headers, socket }: IncomingMessage): void {
  const client = socket.remoteAddress ?? ''
  headers['x-forwarded-for'] =
    headers['x-forwarded-for'] === undefined ? client : `${String(headers['x-forwarded-for'])}, ${client}`
  headers['x-forwarded-proto'] = 'http'
  headers['x-forwarded-port'] = String(socket.localPort ?? '')
  headers['x-amzn-trace-id'] ??=
    `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`
}
