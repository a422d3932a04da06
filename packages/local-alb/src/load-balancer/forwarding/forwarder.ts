/**
 * Forwards requests to the app as the load balancer does, HTTP and WebSocket.
 *
 * @module
 */

import { Agent, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { singleUse } from '@cognito-auth/http-kit/agents'
import { createProxyServer, type ProxyServer } from 'httpxy'
import type { RequestRecord } from '../../sessions/request-log.js'
import type { AlbState } from '../../sessions/state.js'
import { prepareAnswer, prepareHeaders, takeReason, writeNames } from './forwarded-headers.js'
import { Outages } from './outages.js'
import { type Refusal, refuse, refuseUpgrade } from '../refusals/refusal.js'
import { explainReason } from '../refusals/refusal-reason.js'
import { Router } from '../rules/router.js'

/** The load balancer takes at most this much in headers of an answer; Node takes half. */
const MAX_ANSWER_HEADERS_BYTES = 32 * 1024

/** A request on its way. */
interface UnderWay {
  readonly target: string
  readonly record: RequestRecord
  answer?: IncomingMessage
}

/** A status that ends no request, such as 099 or a stray 101: Node throws where it is written, or the client waits on. */
function refuseStatus(answer: IncomingMessage): void {
  if (answer.statusCode === undefined || answer.statusCode < 200) answer.statusCode = 502
}

const isUpgradeTimeout = (error: Error): boolean => 'code' in error && error.code === 'ERR_UPSTREAM_UPGRADE_TIMEOUT'

/** Where forwarded requests go by default, and how long an app may take. */
export interface ForwarderOptions {
  readonly target: string
  readonly timeoutSeconds: number
  /** Where the app was expected by `PORT`; what is said of it where nothing answers. */
  readonly hint?: string | undefined
}

/** Forwards requests; answers people without a session as the rule says. */
export class Forwarder {
  readonly #state: AlbState
  readonly #router: Router
  readonly #outages: Outages
  readonly #underWay = new WeakMap<IncomingMessage, UnderWay>()
  /** Requests that the app let wait for too long. */
  readonly #late = new WeakSet<IncomingMessage>()
  readonly #agent = singleUse(new Agent({ keepAlive: true }))
  readonly #proxy: ProxyServer<IncomingMessage, ServerResponse>

  constructor(state: AlbState, options: ForwarderOptions) {
    this.#state = state
    this.#router = new Router(state, options.target)
    this.#outages = new Outages(options)
    const timeoutMs = options.timeoutSeconds * 1000
    this.#proxy = createProxyServer({ proxyTimeout: timeoutMs, upgradeTimeout: timeoutMs })
    this.#proxy.on('proxyReq', (proxied, req, res) => this.#begun(proxied, req, res))
    this.#proxy.on('proxyRes', (answer, req, res) => {
      refuseStatus(answer)
      this.#answered(req, answer)
      prepareAnswer(answer, res, state.origins.app)
    })
    this.#proxy.on('proxyReqWs', (proxied, req, client) => {
      if (!proxied.headersSent) writeNames(proxied, req)
      // Before the proxy's own listeners, which write these headers to the client.
      proxied.once('response', (answer) => {
        refuseStatus(answer)
        this.#answered(req, answer)
      })
      proxied.once('upgrade', (answer, socket) => {
        this.#answered(req, answer)
        // The proxy ends one when the other ends, but leaves the app's open when the client's is destroyed.
        client.once('close', () => socket.destroy())
      })
    })
    this.#proxy.on('error', (error, req, res) => this.#failed(error, req, res))
  }

  /** Forwards a request, or answers it. */
  async web(req: IncomingMessage, res: ServerResponse, record: RequestRecord): Promise<void> {
    prepareHeaders(req, this.#state.origins, false)
    const route = await this.#router.route(req, record)
    if ('status' in route) {
      this.#refused(record, route)
      return refuse(res, route)
    }
    this.#begin(req, res, { target: route.target, record })
    await this.#proxy.web(req, res, { ...this.#options(route.target), agent: this.#agent })
  }

  /** Forwards a WebSocket upgrade with the headers on it, or answers it. */
  async upgrade(req: IncomingMessage, socket: Socket, head: Buffer, record: RequestRecord): Promise<void> {
    prepareHeaders(req, this.#state.origins, true)
    const route = await this.#router.route(req, record)
    if ('status' in route) {
      this.#refused(record, route)
      return refuseUpgrade(socket, route)
    }
    this.#begin(req, socket, { target: route.target, record })
    await this.#proxy.ws(req, socket, this.#options(route.target), head)
  }

  /** Hint: `ssl` is what the proxy begins the options of its request with, TLS or not; it writes to the object. */
  #options(target: string) {
    return { target, ssl: { maxHeaderSize: MAX_ANSWER_HEADERS_BYTES } }
  }

  #begin(req: IncomingMessage, res: ServerResponse | Socket, underWay: UnderWay): void {
    underWay.record.target = underWay.target
    this.#underWay.set(req, underWay)
    res.once('close', () => this.#state.requests.end(underWay.record, { status: 'client left' }))
  }

  #begun(proxied: ClientRequest, req: IncomingMessage, res: ServerResponse): void {
    proxied.once('timeout', () => this.#late.add(req))
    // 101 to a request that asked for no upgrade: nobody else listens, and Node waits for nothing any more.
    proxied.once('upgrade', (_, socket) => {
      socket.destroy()
      this.#failed(new Error('The app answered 101 to a request that asked for no upgrade'), req, res)
    })
    // The proxy says `close` for bodies in chunks: an app that refuses one early would reset the connection then, see `singleUse`.
    if (proxied.headersSent) return
    proxied.setHeader('connection', 'keep-alive')
    writeNames(proxied, req)
  }

  #refused(record: RequestRecord, { status, why, sentence, errorReason }: Refusal): void {
    record.errorReason = errorReason
    this.#state.requests.end(record, { status, answeredBy: 'load balancer', why: why ?? sentence })
  }

  #answered(req: IncomingMessage, answer: IncomingMessage): void {
    const reason = takeReason(answer)
    const underWay = this.#underWay.get(req)
    if (underWay === undefined) return
    underWay.answer = answer
    const { record, target } = underWay
    const why = reason && explainReason(reason, record.sent, this.#state.issuer.provider.issuer)
    this.#state.requests.end(record, { status: answer.statusCode, answeredBy: 'app', reason, why })
    this.#outages.answered(target)
  }

  /** The app is down, hung up, or took too long; or the client left, and there is no response to send. */
  #failed(error: Error, req: IncomingMessage | undefined, res: ServerResponse | Socket | undefined): void {
    const underWay = req === undefined ? undefined : this.#underWay.get(req)
    // The proxy tells of requests that were given to it; anything else is a mistake of ours.
    if (req === undefined || res === undefined || underWay === undefined) return console.error('local-alb:', error)
    const { target, record } = underWay
    if (req.socket.destroyed) return
    // What follows a whole answer is not part of it: some apps send a body after HEAD, 204 or 304.
    if (underWay.answer?.complete === true && 'writeHead' in res) return
    if (record.status !== undefined) return void res.destroy()
    const refusal = this.#outages.failed(target, error, this.#late.has(req) || isUpgradeTimeout(error))
    this.#refused(record, refusal)
    // A response of HTTP/2 is no ServerResponse, and no socket either.
    if ('writeHead' in res) refuse(res, refusal)
    else refuseUpgrade(res, refusal)
  }
}
