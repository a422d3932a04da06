/**
 * Forwards requests to the app as the load balancer does, HTTP and WebSocket.
 *
 * @module
 */

import { Agent, type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createProxyServer, type ProxyServer } from 'httpxy'
import { prepareAnswer, prepareHeaders } from './forwarded-headers.js'
import { Outages } from './outages.js'
import { refuse, refuseUpgrade } from './refusal.js'
import { Router } from './router.js'
import type { AlbState, RecentRequest } from '../sessions/state.js'

/** The load balancer takes at most this much in headers of an answer; Node takes half. */
const MAX_ANSWER_HEADERS_BYTES = 32 * 1024

/** A request on its way. */
interface UnderWay {
  readonly target: string
  readonly entry: RecentRequest
}

/**
 * Connections that could be kept, and are not.
 *
 * An app may close one just as it is used again, which would be a 502 now and then. But saying `Connection: close` to
 * an app makes it reset the connection after an early answer to an upload, and the answer may get lost with that.
 */
class SingleUseAgent extends Agent {
  override keepSocketAlive(): boolean {
    return false
  }
}

const isUpgradeTimeout = (error: Error): boolean => 'code' in error && error.code === 'ERR_UPSTREAM_UPGRADE_TIMEOUT'

/** Forwards requests; answers people without a session as the rule says. */
export class Forwarder {
  readonly #state: AlbState
  readonly #router: Router
  readonly #outages: Outages
  readonly #underWay = new WeakMap<IncomingMessage, UnderWay>()
  /** Requests that the app let wait for too long. */
  readonly #late = new WeakSet<IncomingMessage>()
  readonly #agent = new SingleUseAgent({ keepAlive: true })
  readonly #proxy: ProxyServer<IncomingMessage, ServerResponse>

  constructor(state: AlbState, options: { readonly target: string; readonly timeoutSeconds: number }) {
    this.#state = state
    this.#router = new Router(state, options.target)
    this.#outages = new Outages(options.timeoutSeconds)
    const timeoutMs = options.timeoutSeconds * 1000
    this.#proxy = createProxyServer({ proxyTimeout: timeoutMs, upgradeTimeout: timeoutMs })
    this.#proxy.on('proxyReq', (proxied, req) => proxied.once('timeout', () => this.#late.add(req)))
    this.#proxy.on('proxyRes', (answer, req, res) => {
      this.#answered(req, answer)
      prepareAnswer(answer, res)
    })
    this.#proxy.on('proxyReqWs', (proxied, req, client) => {
      proxied.once('response', (answer) => this.#answered(req, answer))
      proxied.once('upgrade', (answer, socket) => {
        this.#answered(req, answer)
        // The proxy ends one when the other ends, but leaves the app's open when the client's is destroyed.
        client.once('close', () => socket.destroy())
      })
    })
    this.#proxy.on('error', (error, req, res) => this.#failed(error, req, res))
  }

  /** Forwards a request, or answers it. */
  async web(req: IncomingMessage, res: ServerResponse): Promise<void> {
    prepareHeaders(req, false)
    const route = this.#router.route(req)
    if ('status' in route) return refuse(res, route)
    this.#begin(req, res, route)
    await this.#proxy.web(req, res, { ...this.#options(route.target), agent: this.#agent })
  }

  /** Forwards a WebSocket upgrade with the headers on it, or answers it. */
  async upgrade(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    prepareHeaders(req, true)
    const route = this.#router.route(req)
    if ('status' in route) return refuseUpgrade(socket, route)
    this.#begin(req, socket, route)
    await this.#proxy.ws(req, socket, this.#options(route.target), head)
  }

  /** Hint: `ssl` is what the proxy begins the options of its request with, TLS or not; it writes to the object. */
  #options(target: string) {
    return { target, ssl: { maxHeaderSize: MAX_ANSWER_HEADERS_BYTES } }
  }

  #begin(req: IncomingMessage, res: ServerResponse | Socket, { target, user }: { target: string; user: string }): void {
    const { method = '', url = '' } = req
    const entry: RecentRequest = { at: new Date(), method, path: url, user, status: undefined }
    this.#state.remember(entry)
    this.#underWay.set(req, { target, entry })
    res.once('close', () => (entry.status ??= 'client left'))
  }

  #answered(req: IncomingMessage, { statusCode }: IncomingMessage): void {
    const underWay = this.#underWay.get(req)
    if (underWay === undefined) return
    underWay.entry.status = statusCode
    this.#outages.answered(underWay.target)
  }

  /** The app is down, hung up, or took too long; or the client left, and nobody is there to be told. */
  #failed(error: Error, req: IncomingMessage | undefined, res: ServerResponse | Socket | undefined): void {
    const underWay = req === undefined ? undefined : this.#underWay.get(req)
    // The proxy tells of requests that were given to it; anything else is a mistake of ours.
    if (req === undefined || res === undefined || underWay === undefined) return console.error('local-alb:', error)
    const { target, entry } = underWay
    if (req.socket.destroyed) return
    if (entry.status !== undefined) return void res.destroy()
    const refusal = this.#outages.failed(target, error, this.#late.has(req) || isUpgradeTimeout(error))
    entry.status = refusal.status
    if (res instanceof ServerResponse) refuse(res, refusal)
    else refuseUpgrade(res, refusal)
  }
}
