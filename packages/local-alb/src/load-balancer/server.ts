/**
 * The HTTP server: own pages here, everything else to the app; a load balancer's limits on headers.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createSecureServer } from 'node:http2'
import type { Server as NetServer, Socket } from 'node:net'
import { valuesOf } from '@cognito-auth/http-kit/headers'
import type { Certificate } from '../net/certificate.js'
import { createTlsOrPlain } from '../net/tls-or-plain.js'
import { TICKET_HEADER } from '../sessions/tickets.js'
import { isOwnHost, isPublicHost, OWN_NAMES, restorePublicHost } from '../net/own-host.js'
import { LocalAlbError } from '../options/users.js'
import { Console } from '../pages/console.js'
import type { RequestRecord } from '../sessions/request-log.js'
import type { AlbState } from '../sessions/state.js'
import { CALLBACK_PATH, finishSignIn } from './callback.js'
import { readAsPlain } from './forwarding/downgrade-upgrade.js'
import { clientOf, transferredBy } from './client.js'
import type { Forwarder } from './forwarding/forwarder.js'
import { type Refusal, refuse, SERVER } from './refusals/refusal.js'
import { pathOf, reduceToPath } from './rules/request-target.js'

/** The load balancer takes at most this much in headers, and this much in one of them or in the request line. */
const MAX_HEADERS_BYTES = 64 * 1024
const MAX_LINE_BYTES = 16 * 1024
const BAD_REQUEST = `HTTP/1.1 400 Bad Request\r\nserver: ${SERVER}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`

function hasLongLine({ method = '', url = '', rawHeaders }: IncomingMessage): boolean {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`)
  return lines.some((line) => line.length > MAX_LINE_BYTES)
}

function badRequest(sentence: string): Refusal {
  const headers = { connection: 'close', 'content-type': 'text/plain' }
  return { status: 400, title: '400 Bad Request', why: sentence, body: `${sentence}\n`, headers }
}

function endWith400(socket: Duplex): void {
  if (socket.writable) socket.end(BAD_REQUEST)
  else socket.destroy()
}

/** What the server of a load balancer does with requests. */
class Listener {
  readonly #state: AlbState
  readonly #forwarder: Forwarder
  readonly #pages: Console

  constructor(state: AlbState, forwarder: Forwarder) {
    this.#state = state
    this.#forwarder = forwarder
    this.#pages = new Console(state)
  }

  /** Why a request is answered here; `undefined` for one that is taken, and then its target is a path. */
  #refusalOf(req: IncomingMessage): Refusal | undefined {
    const { origins } = this.#state
    // HTTP/2 says `:authority` (RFC 9113, section 8.3.1).
    const { ':authority': authority } = req.headers
    if (typeof authority === 'string') req.headers.host = authority
    restorePublicHost(req, origins)
    if (hasLongLine(req))
      return badRequest('The request line or a header is over 16 K, more than a load balancer takes.')
    if (!isOwnHost(req.headers.host) && !isPublicHost(req.headers.host, origins)) return badRequest(OWN_NAMES)
    const hosts = valuesOf(req.rawHeaders, 'host')
    if (hosts.length > 1 || (hosts.length === 0 && req.httpVersion === '1.1')) return badRequest('One Host is needed.')
    // As on AWS, which does not support it.
    if (req.method === 'TRACE') return { status: 405, title: '405 Method Not Allowed', why: 'TRACE is not supported' }
    return reduceToPath(req, origins)
      ? undefined
      : badRequest('The local load balancer answers requests for paths only.')
  }

  /** Whether a request is to become a WebSocket of the app. All others are plain, whatever they ask to be upgraded to. */
  isForWebSocket(req: IncomingMessage): boolean {
    const isWebSocket = req.method === 'GET' && req.headers.upgrade?.toLowerCase() === 'websocket'
    return (
      isWebSocket && this.#refusalOf(req) === undefined && !Console.owns(pathOf(req)) && pathOf(req) !== CALLBACK_PATH
    )
  }

  /** @param answer closes once nothing more is sent. */
  #begin(req: IncomingMessage, answer: ServerResponse | Socket): RequestRecord {
    const { requests } = this.#state
    const { method = '', url = '' } = req
    const record = requests.begin({ method, path: url, client: clientOf(req, answer === req.socket) })
    // After those who say, when it closes, how it was answered.
    answer.once('close', () => process.nextTick(() => requests.finish(record, transferredBy(req))))
    return record
  }

  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const refusal = this.#refusalOf(req)
    if (refusal !== undefined) return this.#answer(res, this.#begin(req, res), refusal)
    const path = pathOf(req)
    if (Console.owns(path)) return await this.#pages.handle(req, res, new URL(this.#state.origins.app + req.url))
    const record = this.#begin(req, res)
    if (path === CALLBACK_PATH) return this.#answer(res, record, finishSignIn(this.#state, req, record))
    await this.#forwarder.web(req, res, record)
  }

  #answer(res: ServerResponse, record: RequestRecord, refusal: Refusal): void {
    const { status, why, sentence, errorReason } = refusal
    record.errorReason = errorReason
    this.#state.requests.end(record, { status, answeredBy: 'load balancer', why: why ?? sentence })
    refuse(res, refusal)
  }

  async upgrade(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    await this.#forwarder.upgrade(req, socket, head, this.#begin(req, socket))
  }
}

function answerError(res: ServerResponse, error: unknown): void {
  const isWrong = error instanceof LocalAlbError
  if (!isWrong) console.error('local-alb:', error)
  if (!res.headersSent) res.writeHead(isWrong ? 400 : 500, { 'content-type': 'text/plain' })
  res.end(isWrong ? `${error.message}\n` : 'the local load balancer failed\n')
}

type Handle = (req: IncomingMessage, res: ServerResponse) => void

/** What is served by plain HTTP where the load balancer speaks TLS: what programs on this machine ask for. */
function isForPrograms(req: IncomingMessage, { tickets }: AlbState): boolean {
  const path = pathOf(req)
  const isOfKeys = /^\/_local-alb\/(?:keys\/|api\/|oauth2\/token$|[^/]+\/\.well-known\/)/.test(path)
  return isOfKeys || tickets.has(req.headers[TICKET_HEADER])
}

/** Answers plain HTTP beside TLS: people are sent to TLS. */
function plainBeside(state: AlbState, handle: Handle): Handle {
  return (req, res) => {
    if (isForPrograms(req, state)) return handle(req, res)
    const { url = '/', headers } = req
    if (!isOwnHost(headers.host) || !url.startsWith('/')) return refuse(res, badRequest(OWN_NAMES))
    refuse(res, { status: 301, title: '301 Moved Permanently', headers: { location: state.origins.app + url } })
  }
}

/** Takes upgrades of a server. @param event that gives a connection back to it, to be read as plain. */
function takeUpgrades(server: Server, listener: Listener, event: 'connection' | 'secureConnection'): void {
  server.on('upgrade', (req, socket, head) => {
    if (!listener.isForWebSocket(req)) return readAsPlain(server, req, { socket, head, event })
    // Node took its own listener off: without one, a client that resets the connection would end this process.
    socket.on('error', () => socket.destroy())
    // Node gives a net.Socket, or a TLSSocket, which is one.
    listener.upgrade(req, socket as Socket, head).catch((error: unknown) => {
      console.error('local-alb:', error)
      socket.destroy()
    })
  })
  // Node itself would say 431 of headers that are too long; a load balancer says 400 of all that it cannot read.
  server.on('clientError', (_error, socket) => endWith400(socket))
}

/**
 * The server of a load balancer; it is not listening yet.
 *
 * @param certificate for TLS; plain HTTP only without it.
 */
export function createAlbServer(state: AlbState, forwarder: Forwarder, certificate?: Certificate): NetServer {
  const listener = new Listener(state, forwarder)
  const handle: Handle = (req, res) => {
    listener.handle(req, res).catch((error: unknown) => answerError(res, error))
  }
  const options = {
    maxHeaderSize: MAX_HEADERS_BYTES,
    // Without a Host we answer ourselves: Node's own 400 does not say who it is from.
    requireHostHeader: false,
    // Node 24.9 and later ask before they end HTTP on a connection; earlier ones take no notice.
    shouldUpgradeCallback: (req: IncomingMessage) => listener.isForWebSocket(req),
  }
  if (certificate === undefined) {
    const server = createServer(options, handle)
    takeUpgrades(server, listener, 'connection')
    return server
  }
  // Requests of HTTP/2 have the interface of those of HTTP/1, as far as it is used here.
  const secure = createSecureServer({ ...options, ...certificate, allowHTTP1: true }, handle as never)
  takeUpgrades(secure as unknown as Server, listener, 'secureConnection')
  const plain = createServer(options, (req, res) => plainBeside(state, handle)(req, res))
  plain.on('clientError', (_error, socket) => endWith400(socket))
  return createTlsOrPlain(secure, plain)
}
