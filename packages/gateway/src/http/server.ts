/**
 * The HTTP server: a load balancer's limits on headers, and every way in which a request can arrive.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { Connections } from '@cognito-auth/http-kit/connections'
import { describeError } from '@cognito-auth/core/adapter'
import { type Answer, endWith, problem, responseOn, send } from './answers.js'

/** The load balancer takes at most this much in headers. */
const MAX_HEADERS_BYTES = 64 * 1024
/** Request headers that take longer end the connection. */
const HEADERS_MS = 30_000
/** How often is looked for those. */
const CHECK_MS = 5000
/** Longer than a load balancer keeps a connection by default, so that it is never closed just as it is used again. */
const KEEP_ALIVE_MS = 75_000

/** What is done with requests. */
export interface Handlers {
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>
  /** Without it, a request to upgrade is a request like any other. */
  upgrade?: (req: IncomingMessage, res: ServerResponse, upgrade: { socket: Socket; head: Buffer }) => Promise<void>
  /** The answer to what cannot be read. */
  readonly unreadable: Answer
  /** The answer to `CONNECT`. */
  readonly connect: Answer
}

/** A server that does not listen yet, and its connections. */
export interface GatewayServer {
  readonly server: Server
  readonly connections: Connections
}

/** Says what went wrong, without anything of a request. */
function report(error: unknown): void {
  process.stderr.write(`gateway: ${describeError(error)}\n`)
}

/** Makes the server. */
export function createGatewayServer(handlers: Handlers): GatewayServer {
  const server = createServer({
    maxHeaderSize: MAX_HEADERS_BYTES,
    headersTimeout: HEADERS_MS,
    // Bodies may take as long as they like.
    requestTimeout: 0,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Looked at with everything else that makes a request ambiguous.
    requireHostHeader: false,
  })
  // Node leaves out headers past 2000: an identity header among them would be unseen here, and read by the app.
  server.maxHeadersCount = 0
  const connections = new Connections(server)

  function onRequest(req: IncomingMessage, res: ServerResponse): void {
    connections.began(req, res)
    if (!server.listening) res.shouldKeepAlive = false
    handlers.handle(req, res).catch((error: unknown) => {
      report(error)
      if (res.headersSent) res.destroy()
      else send(res, problem(500, 'internal_error'))
    })
  }

  /**
   * Takes a connection that Node hands over, and has taken its own listener off.
   *
   * @returns `false` where answers are still due on it: they would mix with the tunnel's bytes.
   */
  function takeOver(socket: Duplex): boolean {
    socket.on('error', () => socket.destroy())
    const isFree = connections.requestsOn(socket) === 0
    if (isFree) connections.upgraded(socket)
    else socket.destroy()
    return isFree
  }

  server.on('request', onRequest)
  server.on('checkContinue', onRequest)
  // An unknown Expect changes nothing: Node's own 417 would be an answer that the app had no part in.
  server.on('checkExpectation', onRequest)
  server.on('connect', (req: IncomingMessage, socket: Duplex) => {
    if (takeOver(socket)) send(responseOn(req, socket), handlers.connect)
  })
  const { upgrade } = handlers
  if (upgrade !== undefined) {
    server.on('upgrade', (req: IncomingMessage, duplex: Duplex, head: Buffer) => {
      if (!takeOver(duplex)) return
      // Node gives a net.Socket for plain HTTP.
      const socket = duplex as Socket
      upgrade(req, responseOn(req, socket), { socket, head }).catch((error: unknown) => {
        report(error)
        socket.destroy()
      })
    })
  }
  server.on('clientError', (_error, socket) => {
    // In the middle of another answer it would be read as part of that.
    if (!socket.writable || connections.requestsOn(socket) > 0) return void socket.destroy()
    endWith(socket, handlers.unreadable)
  })
  return { server, connections }
}

/** Listens. @throws where the address is in use, or not there. */
export async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      // Too many open files, for one: that connection fails, and the next may succeed.
      server.on('error', report)
      resolve()
    })
  })
}
