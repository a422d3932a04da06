/**
 * The HTTP server: own pages here, everything else to the app; a load balancer's limits on headers.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { Forwarder } from './forwarder.js'
import { isOwnHost, OWN_NAMES } from '../net/own-host.js'
import { Console } from '../pages/console.js'
import { readAsPlain } from './downgrade-upgrade.js'
import { pathOf, reduceToPath } from './request-target.js'
import type { AlbState } from '../sessions/state.js'
import { LocalAlbError } from '../options/users.js'

/** The load balancer takes at most this much in headers, and this much in one of them or in the request line. */
const MAX_HEADERS_BYTES = 64 * 1024
const MAX_LINE_BYTES = 16 * 1024
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nserver: awselb/2.0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'
const BAD_REQUEST_HEADERS = { server: 'awselb/2.0', connection: 'close' }

function hasLongLine({ method = '', url = '', rawHeaders }: IncomingMessage): boolean {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`)
  return lines.some((line) => line.length > MAX_LINE_BYTES)
}

/** Why a request gets 400; `undefined` for one that is taken, and then its target is a path. */
function refusalOf(req: IncomingMessage): string | undefined {
  if (hasLongLine(req)) return 'The request line or a header is over 16 K, more than a load balancer takes.'
  if (!isOwnHost(req.headers.host)) return OWN_NAMES
  return reduceToPath(req) ? undefined : 'The local load balancer answers requests for paths only.'
}

/** Whether a request is to become a WebSocket of the app. All others are plain, whatever they ask to be upgraded to. */
function isForWebSocket(req: IncomingMessage): boolean {
  const isWebSocket = req.method === 'GET' && req.headers.upgrade?.toLowerCase() === 'websocket'
  return isWebSocket && refusalOf(req) === undefined && !Console.owns(pathOf(req))
}

function endWith400(socket: Duplex): void {
  if (socket.writable) socket.end(BAD_REQUEST)
  else socket.destroy()
}

/** The server of a load balancer; it is not listening yet. */
export function createAlbServer(state: AlbState, forwarder: Forwarder): Server {
  const pages = new Console(state)

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const refusal = refusalOf(req)
    if (refusal !== undefined)
      return void res.writeHead(400, { ...BAD_REQUEST_HEADERS, 'content-type': 'text/plain' }).end(`${refusal}\n`)
    if (Console.owns(pathOf(req))) await pages.handle(req, res, new URL(state.baseUrl + req.url))
    else await forwarder.web(req, res)
  }

  // Node 24.9 and later ask before they end HTTP on a connection; earlier ones take no notice.
  const options = { maxHeaderSize: MAX_HEADERS_BYTES, shouldUpgradeCallback: isForWebSocket }
  const server = createServer(options, (req, res) => {
    handle(req, res).catch((error: unknown) => {
      const isWrong = error instanceof LocalAlbError
      if (!isWrong) console.error('local-alb:', error)
      if (!res.headersSent) res.writeHead(isWrong ? 400 : 500, { 'content-type': 'text/plain' })
      res.end(isWrong ? `${error.message}\n` : 'the local load balancer failed\n')
    })
  })
  server.on('upgrade', (req, socket, head) => {
    if (!isForWebSocket(req)) return readAsPlain(server, req, socket, head)
    // Node took its own listener off: without one, a client that resets the connection would end this process.
    socket.on('error', () => socket.destroy())
    // Node gives a net.Socket for plain HTTP.
    forwarder.upgrade(req, socket as Socket, head).catch((error: unknown) => {
      console.error('local-alb:', error)
      socket.destroy()
    })
  })
  // Node itself would say 431 of headers that are too long; a load balancer says 400 of all that it cannot read.
  server.on('clientError', (_error, socket) => endWith400(socket))
  return server
}
