/**
 * The HTTP server: own pages here, everything else to the app; a load balancer's limits on headers.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { Forwarder } from './forwarder.js'
import { OwnPages } from './own-pages.js'
import type { AlbState } from './state.js'
import { LocalAlbError } from './users.js'

/** The load balancer takes at most this much in headers, and this much in one of them or in the request line. */
const MAX_HEADERS_BYTES = 64 * 1024
const MAX_LINE_BYTES = 16 * 1024
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nserver: awselb/2.0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'

/** Only names of this machine: a page of another site could point its own name here (DNS rebinding). */
function isOwnHost(host: string | undefined): boolean {
  return host !== undefined && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i.test(host)
}

function hasLongLine({ method = '', url = '', rawHeaders }: IncomingMessage): boolean {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`)
  return lines.some((line) => line.length > MAX_LINE_BYTES)
}

const isRefused = (req: IncomingMessage): boolean => !isOwnHost(req.headers.host) || hasLongLine(req)

function endWith400(socket: Duplex): void {
  if (socket.writable) socket.end(BAD_REQUEST)
  else socket.destroy()
}

/** The server of a load balancer; it is not listening yet. */
export function createAlbServer(state: AlbState, forwarder: Forwarder): Server {
  const pages = new OwnPages(state)

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (isRefused(req)) return void res.writeHead(400, { server: 'awselb/2.0', connection: 'close' }).end()
    const target = req.url ?? '/'
    const path = target.replace(/\?.*$/s, '')
    if (OwnPages.owns(path)) await pages.handle(req, res, new URL(target, state.baseUrl))
    else await forwarder.web(req, res)
  }

  const server = createServer({ maxHeaderSize: MAX_HEADERS_BYTES }, (req, res) => {
    handle(req, res).catch((error: unknown) => {
      const isWrong = error instanceof LocalAlbError
      if (!isWrong) console.error('local-alb:', error)
      if (!res.headersSent) res.writeHead(isWrong ? 400 : 500, { 'content-type': 'text/plain' })
      res.end(isWrong ? `${error.message}\n` : 'the local load balancer failed\n')
    })
  })
  server.on('upgrade', (req, socket, head) => {
    // Node took its own listener off: without one, a client that resets the connection would end this process.
    socket.on('error', () => socket.destroy())
    if (isRefused(req)) return endWith400(socket)
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

/**
 * Listens on this machine only.
 *
 * @returns the port.
 * @throws {LocalAlbError} when the port is in use, or not for everybody.
 */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem = { EADDRINUSE: 'is in use. Stop what listens there, or', EACCES: 'needs more rights:' }[
        error.code ?? ''
      ]
      reject(problem === undefined ? error : new LocalAlbError(`port ${port} ${problem} choose another with --port`))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  return portOf(server)
}

/** The port that a server listens on. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
