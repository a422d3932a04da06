/**
 * Forwards requests to the app, HTTP and WebSocket. What is forwarded is decided elsewhere.
 *
 * @module
 */

import { Agent, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import type { LookupAddress } from 'node:dns'
import type { LookupFunction, Socket } from 'node:net'
import { forwardedLines, safeReasonPhrase } from '@cognito-auth/http-kit/headers'
import { createProxyServer, type ProxyServer } from 'httpxy'
import { hasBody } from './request-shape.js'

/** The load balancer takes at most this much in headers of an answer; Node takes half. */
const MAX_ANSWER_HEADERS_BYTES = 32 * 1024
/** How long an unused connection to the app is kept. Servers close theirs after two seconds and more. */
const KEPT_MS = 4000

/** Why an app has not answered. */
export type UpstreamFailure = 'upstream_unavailable' | 'upstream_timeout'

/** What a forwarded request tells. */
export interface Forwarding {
  /** The app has answered; headers are not sent yet, and may be changed. */
  answered(answer: IncomingMessage): void
  /** The app has not, and nothing was sent. */
  failed(failure: UpstreamFailure): void
  /** A WebSocket stands, until its client's connection closes. */
  upgraded?(): void
}

/** A request on its way. */
interface UnderWay {
  readonly forwarding: Forwarding
  proxied: ClientRequest | undefined
  hasAnswer: boolean
  isLate: boolean
  isSecondTry: boolean
  timer: NodeJS.Timeout | undefined
}

/** Where a request on its way is kept. A `WeakMap` was measured to cost as much in garbage collection as forwarding does. */
const UNDER_WAY = Symbol('under way')

type Tracked = IncomingMessage & { [UNDER_WAY]?: UnderWay }

const underWayOf = (req: IncomingMessage | undefined): UnderWay | undefined => (req as Tracked | undefined)?.[UNDER_WAY]

/** `localhost` is both of these: without asking the resolver each time, and on machines whose resolver knows one only. */
const LOCALHOST: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

const lookupLocalhost: LookupFunction = (_, { all }, done) =>
  all === true ? done(null, LOCALHOST) : done(null, '127.0.0.1', 4)

/** Forwards to one app. */
export class Forwarder {
  readonly #target: string
  readonly #timeoutMs: number
  readonly #kept: Agent
  readonly #fresh: Agent
  readonly #proxy: ProxyServer<IncomingMessage, ServerResponse>

  constructor(target: URL, timeoutSeconds: number) {
    this.#target = target.origin
    this.#timeoutMs = timeoutSeconds * 1000
    const AgentOf = target.protocol === 'https:' ? TlsAgent : Agent
    const lookup = target.hostname === 'localhost' ? { lookup: lookupLocalhost } : {}
    this.#kept = new AgentOf({ keepAlive: true, timeout: KEPT_MS, scheduling: 'lifo', ...lookup })
    this.#fresh = new AgentOf({ keepAlive: false, ...lookup })
    this.#proxy = createProxyServer({ prependPath: false })
    this.#proxy.on('proxyReq', (proxied, req, res) => {
      this.#begun(req, proxied)
      // The app may have something to say before the first byte of a body.
      if (hasBody(req)) proxied.flushHeaders()
      // Node ends a request whose answer switches protocols, and tells no one.
      proxied.once('upgrade', (_, socket) => {
        socket.destroy()
        this.#failed(new Error('the app switched protocols unasked'), req, res)
      })
    })
    this.#proxy.on('proxyRes', (answer, req, res) => {
      this.#answered(req, answer)
      prepareAnswer(answer, res)
    })
    this.#proxy.on('proxyReqWs', (proxied, req, client) => {
      this.#begun(req, proxied)
      proxied.once('response', (answer) => this.#answered(req, answer))
      proxied.once('upgrade', (answer, socket) => this.#upgraded(req, answer, socket, client))
    })
    this.#proxy.on('error', (error, req, res) => this.#failed(error, req, res))
  }

  /** Forwards a request with the headers on it. */
  web(req: IncomingMessage, res: ServerResponse, forwarding: Forwarding): void {
    this.#begin(req, forwarding)
    this.#web(req, res)
  }

  /** Forwards a WebSocket upgrade with the headers on it. */
  upgrade(req: IncomingMessage, socket: Socket, head: Buffer, forwarding: Forwarding): void {
    this.#begin(req, forwarding)
    const options = { target: this.#target, agent: this.#fresh, ssl: this.#limits() }
    this.#proxy.ws(req, socket, options, head).catch(() => socket.destroy())
  }

  /** Ends connections to the app that are kept. */
  close(): void {
    this.#kept.destroy()
    this.#fresh.destroy()
  }

  /** Hint: `ssl` is what the proxy begins the options of its request with, TLS or not; it writes to the object. */
  #limits() {
    return { maxHeaderSize: MAX_ANSWER_HEADERS_BYTES }
  }

  #web(req: IncomingMessage, res: ServerResponse): void {
    // An app may close a kept connection just as it is used again; only what is safe to send twice takes that risk.
    const isRepeatable = this.#isRepeatable(req) && underWayOf(req)?.isSecondTry !== true
    const agent = isRepeatable ? this.#kept : this.#fresh
    this.#proxy.web(req, res, { target: this.#target, agent, ssl: this.#limits() }).catch(() => res.destroy())
  }

  #isRepeatable(req: IncomingMessage): boolean {
    return (req.method === 'GET' || req.method === 'HEAD') && !hasBody(req)
  }

  #begin(req: IncomingMessage, forwarding: Forwarding): void {
    const underWay: UnderWay = {
      forwarding,
      proxied: undefined,
      hasAnswer: false,
      isLate: false,
      isSecondTry: false,
      timer: undefined,
    }
    ;(req as Tracked)[UNDER_WAY] = underWay
    this.#startTimer(req, underWay)
    // The app's time begins when it has the whole request.
    if (!req.complete) req.once('end', () => this.#startTimer(req, underWay))
  }

  /** Ends a request whose app has neither begun to answer nor read on for too long. */
  #startTimer(req: IncomingMessage, underWay: UnderWay): void {
    clearTimeout(underWay.timer)
    if (this.#timeoutMs === 0 || underWay.hasAnswer) return
    const { bytesRead } = req.socket
    const judge = (): void => {
      if (underWay.timer !== timer || underWay.hasAnswer) return
      if (!req.complete && req.socket.bytesRead > bytesRead) return this.#startTimer(req, underWay)
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
    proxied.once('close', () => clearTimeout(underWay.timer))
  }

  #answered(req: IncomingMessage, answer: IncomingMessage): void {
    const underWay = underWayOf(req)
    if (underWay === undefined) return
    clearTimeout(underWay.timer)
    underWay.hasAnswer = true
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

  /** The app is down, hung up, or took too long; or the client left, and there is nobody to tell. */
  #failed(error: Error, req: IncomingMessage | undefined, res: ServerResponse | Socket | undefined): void {
    const underWay = underWayOf(req)
    if (req === undefined || res === undefined || underWay === undefined) return
    if (req.socket.destroyed || res.destroyed) return void clearTimeout(underWay.timer)
    if (underWay.hasAnswer) return void res.destroy()
    if (isClosedConnection(error, underWay) && this.#isRepeatable(req) && 'writeHead' in res) {
      underWay.isSecondTry = true
      this.#startTimer(req, underWay)
      return this.#web(req, res)
    }
    clearTimeout(underWay.timer)
    underWay.hasAnswer = true
    underWay.forwarding.failed(underWay.isLate ? 'upstream_timeout' : 'upstream_unavailable')
  }
}

/** Whether a request failed because the app had closed the connection before it got it. */
function isClosedConnection(error: Error, { proxied, isLate, isSecondTry }: UnderWay): boolean {
  const isClosed = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
  return isClosed && proxied?.reusedSocket === true && !isLate && !isSecondTry
}

/** Makes the headers of an app's answer those that go on. */
function prepareAnswer(answer: IncomingMessage, res: ServerResponse): void {
  // `Trailer` above all: with it and without chunks, as for HTTP/1.0, Node throws where nobody can catch it.
  answer.headers = forwardedLines(answer.rawHeaders) as IncomingMessage['headers']
  answer.statusMessage = safeReasonPhrase(answer.statusMessage) ?? ''
  answer.headers.connection = res.shouldKeepAlive ? 'keep-alive' : 'close'
}
