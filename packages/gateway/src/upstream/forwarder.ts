/**
 * Forwards requests to the app, HTTP and WebSocket. What is forwarded is decided elsewhere.
 *
 * @module
 */

import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Stream } from 'node:stream'
import { createProxyServer, type ProxyServer } from 'httpxy'
import type { RequestShape } from '../http/request-shape.js'
import { type UpstreamAgents, upstreamAgents, type UpstreamTarget, upstreamTarget } from './agents.js'
import { askForBody, type IsRefusedTrailer, passInterim, passOn, passTrailers } from './answers.js'

/** The load balancer takes at most this much in headers of an answer; Node takes half. */
const MAX_ANSWER_HEADERS_BYTES = 32 * 1024

/** Why an app has not answered. */
export type UpstreamFailure = 'upstream_unavailable' | 'upstream_timeout'

/** What a forwarded request tells. */
export interface Forwarding {
  /** The app has answered; nothing is sent yet. */
  answered(answer: IncomingMessage): void
  /** The app has not, and nothing was sent. */
  failed(failure: UpstreamFailure): void
  /** A WebSocket stands, until its client's connection closes. */
  upgraded?(): void
}

/** A request on its way. */
interface UnderWay {
  readonly forwarding: Forwarding
  readonly shape: RequestShape
  proxied: ClientRequest | undefined
  answer: IncomingMessage | undefined
  hasAnswer: boolean
  /** Whether the app has said something on the way to its answer: it has the request. */
  hasInterim: boolean
  isLate: boolean
  isSecondTry: boolean
  timer: NodeJS.Timeout | undefined
}

/** Where a request on its way is kept. A `WeakMap` was measured to cost as much in garbage collection as forwarding does. */
const UNDER_WAY = Symbol('under way')

type Tracked = IncomingMessage & { [UNDER_WAY]?: UnderWay }

const underWayOf = (req: IncomingMessage | undefined): UnderWay | undefined => (req as Tracked | undefined)?.[UNDER_WAY]

/** The body of a request without one: ended at once, where piping the request would cost a tenth of forwarding it. */
class NoBody extends Stream {
  override pipe<T extends NodeJS.WritableStream>(destination: T): T {
    destination.end()
    return destination
  }
}
const NO_BODY = new NoBody()

/** Forwards to one app. */
export class Forwarder {
  readonly #target: UpstreamTarget
  readonly #timeoutMs: number
  readonly #agents: UpstreamAgents
  readonly #isRefusedTrailer: IsRefusedTrailer
  readonly #proxy: ProxyServer<IncomingMessage, ServerResponse>

  constructor(upstream: URL, timeoutSeconds: number, isRefusedTrailer: IsRefusedTrailer) {
    this.#target = upstreamTarget(upstream)
    this.#timeoutMs = timeoutSeconds * 1000
    this.#agents = upstreamAgents(this.#target)
    this.#isRefusedTrailer = isRefusedTrailer
    this.#proxy = createProxyServer({ prependPath: false })
    this.#proxy.on('proxyReq', (proxied, req, res) => this.#connected(proxied, req, res))
    this.#proxy.on('proxyRes', (answer, req, res) => this.#passOn(answer, req, res))
    this.#proxy.on('proxyReqWs', (proxied, req, client) => {
      this.#begun(req, proxied)
      proxied.once('response', (answer) => {
        if (!isFinal(answer)) answer.statusCode = 502
        this.#answered(req, answer)
      })
      proxied.once('upgrade', (answer, socket) => this.#upgraded(req, answer, socket, client))
    })
    this.#proxy.on('error', (error, req, res) => this.#failed(error, req, res))
    // The client left.
    this.#proxy.on('econnreset', (_, req) => clearTimeout(underWayOf(req)?.timer))
  }

  /** Forwards a request with the headers on it. */
  web(req: IncomingMessage, res: ServerResponse, shape: RequestShape, forwarding: Forwarding): void {
    this.#begin(req, shape, forwarding)
    this.#web(req, res, shape)
  }

  /** Forwards a WebSocket upgrade with the headers on it. */
  upgrade(req: IncomingMessage, client: { socket: Socket; head: Buffer }, shape: RequestShape, to: Forwarding): void {
    this.#begin(req, shape, to)
    const options = { target: this.#target, agent: this.#agents.single, ssl: this.#limits() }
    this.#proxy.ws(req, client.socket, options, client.head).catch(() => client.socket.destroy())
  }

  /** Ends connections to the app that are kept. */
  close(): void {
    this.#agents.kept.destroy()
    this.#agents.single.destroy()
  }

  /** Hint: `ssl` is what the proxy begins the options of its request with, TLS or not; it writes to the object. */
  #limits() {
    return { maxHeaderSize: MAX_ANSWER_HEADERS_BYTES }
  }

  #web(req: IncomingMessage, res: ServerResponse, { hasBody }: RequestShape): void {
    // An app may close a kept connection just as it is used again; only what is safe to send twice takes that risk.
    const isRepeatable = this.#isRepeatable(req) && underWayOf(req)?.isSecondTry !== true
    const agent = isRepeatable ? this.#agents.kept : this.#agents.single
    const options = { target: this.#target, agent, ssl: this.#limits(), selfHandleResponse: true }
    this.#proxy.web(req, res, hasBody ? options : { ...options, buffer: NO_BODY }).catch(() => res.destroy())
  }

  #isRepeatable(req: IncomingMessage): boolean {
    return (req.method === 'GET' || req.method === 'HEAD') && underWayOf(req)?.shape.hasBody === false
  }

  #begin(req: IncomingMessage, shape: RequestShape, forwarding: Forwarding): void {
    const underWay: UnderWay = {
      forwarding,
      shape,
      proxied: undefined,
      answer: undefined,
      hasAnswer: false,
      hasInterim: false,
      isLate: false,
      isSecondTry: false,
      timer: undefined,
    }
    ;(req as Tracked)[UNDER_WAY] = underWay
    this.#startTimer(req, underWay)
    // The app's time begins when it has the whole request.
    if (shape.hasBody && !req.complete) req.once('end', () => this.#startTimer(req, underWay))
  }

  /** Ends a request whose app has neither begun to answer nor read on for too long. */
  #startTimer(req: IncomingMessage, underWay: UnderWay): void {
    clearTimeout(underWay.timer)
    if (this.#timeoutMs === 0 || underWay.hasAnswer) return
    const { bytesRead } = req.socket
    const judge = (): void => {
      if (underWay.timer !== timer || underWay.hasAnswer) return
      const isReading = underWay.shape.hasBody && !req.complete && req.socket.bytesRead > bytesRead
      if (isReading) return this.#startTimer(req, underWay)
      underWay.isLate = true
      underWay.proxied?.destroy()
    }
    // Timers run before sockets are read: after a pause of this process, what came in the meantime is read first.
    const timer = setTimeout(() => setImmediate(judge), this.#timeoutMs)
    underWay.timer = timer
  }

  #begun(req: IncomingMessage, proxied: ClientRequest): void {
    const underWay = underWayOf(req)
    if (underWay === undefined) return void proxied.destroy()
    underWay.proxied = proxied
  }

  /** A request has its connection to the app, and sends its head next. */
  #connected(proxied: ClientRequest, req: IncomingMessage, res: ServerResponse): void {
    this.#begun(req, proxied)
    const underWay = underWayOf(req)
    const { shape } = underWay ?? {}
    if (shape?.isChunked === true) passTrailers(req, proxied, this.#isRefusedTrailer)
    if (shape?.expectsContinue === true) askForBody(proxied, res)
    // The app may have something to say before the first byte of a body.
    else if (shape?.hasBody === true) proxied.flushHeaders()
    proxied.on('information', (interim) => {
      if (underWay !== undefined) underWay.hasInterim = true
      passInterim(interim, res)
    })
    // Node ends a request whose answer switches protocols, and tells no one.
    proxied.once('upgrade', (_, socket) => {
      socket.destroy()
      this.#failed(new Error('the app switched protocols unasked'), req, res)
    })
  }

  #passOn(answer: IncomingMessage, req: IncomingMessage, res: ServerResponse): void {
    if (!isFinal(answer)) {
      answer.destroy()
      return this.#failed(new Error('the answer has a status that ends no request'), req, res)
    }
    this.#answered(req, answer)
    try {
      if (!res.headersSent) passOn(answer, res, this.#isRefusedTrailer)
    } catch {
      // What the app says cannot be said in HTTP.
      answer.destroy()
      underWayOf(req)?.forwarding.failed('upstream_unavailable')
    }
  }

  #answered(req: IncomingMessage, answer: IncomingMessage): void {
    const underWay = underWayOf(req)
    if (underWay === undefined) return
    clearTimeout(underWay.timer)
    underWay.hasAnswer = true
    underWay.answer = answer
    underWay.forwarding.answered(answer)
  }

  #upgraded(req: IncomingMessage, answer: IncomingMessage, socket: Socket, client: Socket): void {
    this.#answered(req, answer)
    // The proxy ends one when the other ends, but leaves the app's open when the client's is destroyed.
    client.once('close', () => socket.destroy())
    if (answer.headers.upgrade?.toLowerCase() === 'websocket') return underWayOf(req)?.forwarding.upgraded?.()
    // Switched to something that was not asked for.
    client.destroy()
  }

  /** The app is down, hung up, or took too long; or the client left, and there is no response to send. */
  #failed(error: Error, req: IncomingMessage | undefined, res: ServerResponse | Socket | undefined): void {
    const underWay = underWayOf(req)
    if (req === undefined || res === undefined || underWay === undefined) return
    if (req.socket.destroyed || res.destroyed) return void clearTimeout(underWay.timer)
    // What follows a whole answer is not part of it: some apps send a body after HEAD, 204 or 304.
    if ('writeHead' in res && (underWay.answer?.complete === true || res.writableEnded)) return
    if (underWay.hasAnswer) return void res.destroy()
    if (isClosedConnection(error, underWay) && this.#isRepeatable(req) && 'writeHead' in res) {
      underWay.isSecondTry = true
      this.#startTimer(req, underWay)
      return this.#web(req, res, underWay.shape)
    }
    clearTimeout(underWay.timer)
    underWay.hasAnswer = true
    underWay.forwarding.failed(underWay.isLate ? 'upstream_timeout' : 'upstream_unavailable')
  }
}

/** Whether a status ends a request (RFC 9110, section 15): of a stray 101, a load balancer would make a tunnel. */
function isFinal({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200
}

/** Whether a request failed because the app had closed the connection before it got it. */
function isClosedConnection(error: Error, { proxied, hasInterim, isLate, isSecondTry }: UnderWay): boolean {
  const isClosed = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
  return isClosed && proxied?.reusedSocket === true && !hasInterim && !isLate && !isSecondTry
}
