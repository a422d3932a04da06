/**
 * Forwards requests to the app as the load balancer does, HTTP and WebSocket.
 *
 * @module
 */

import { Agent, type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createProxyServer, type ProxyServer } from 'httpxy'
import { prepareAnswer, prepareHeaders } from './forwarded-headers.js'
import { messagePage, PAGE_HEADERS } from './page.js'
import { type Refusal, Router } from './router.js'
import type { AlbState, RecentRequest } from './state.js'

/** Forwards requests; answers people without a session as the rule says. */
export class Forwarder {
  readonly #state: AlbState
  readonly #router: Router
  /** Requests that the app let wait for too long. */
  readonly #late = new WeakSet<IncomingMessage>()
  /** Connections to the app that are kept for the next request; our own, so that none outlives us. */
  readonly #agent = new Agent({ keepAlive: true })
  readonly #proxy: ProxyServer<IncomingMessage, ServerResponse>

  constructor(state: AlbState, options: { readonly target: string; readonly timeoutSeconds: number }) {
    this.#state = state
    this.#router = new Router(state, options.target)
    this.#proxy = createProxyServer({
      proxyTimeout: options.timeoutSeconds * 1000,
      upgradeTimeout: options.timeoutSeconds * 1000,
    })
    this.#proxy.on('proxyReq', (proxied, req) => proxied.once('timeout', () => this.#late.add(req)))
    this.#proxy.on('proxyReqWs', (proxied, _req, client) => {
      // The proxy ends one when the other ends, but leaves the app's open when the client's is destroyed.
      proxied.once('upgrade', (_res, socket) => client.once('close', () => socket.destroy()))
    })
    this.#proxy.on('error', (_error, req, res) => this.#failed(req, res))
    this.#proxy.on('proxyRes', (answer, _req, res) => prepareAnswer(answer, res))
  }

  /** Forwards a request, or answers it. */
  async web(req: IncomingMessage, res: ServerResponse): Promise<void> {
    prepareHeaders(req, false)
    const route = this.#router.route(req)
    if ('status' in route) return this.#refuse(res, route)
    const entry = this.#remember(req, route.user)
    res.once('close', () => (entry.status = res.statusCode))
    await this.#proxy.web(req, res, { target: route.target, agent: this.#agent })
  }

  /** Forwards a WebSocket upgrade with the headers on it, or answers it. */
  async upgrade(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    prepareHeaders(req, true)
    const route = this.#router.route(req)
    if ('status' in route) {
      const lines = Object.entries({ ...route.headers, connection: 'close' }).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      )
      socket.end(`HTTP/1.1 ${route.status} ${route.title.replace(/^\d+ /, '')}\r\n${lines.join('')}\r\n`)
      return
    }
    this.#remember(req, route.user).status = 101
    await this.#proxy.ws(req, socket, { target: route.target }, head)
  }

  /** Closes connections to the app that nothing uses at present; the others go with their clients. */
  close(): void {
    this.#agent.destroy()
  }

  /** The app is down, hung up, or took too long. */
  #failed(req: IncomingMessage | undefined, res: ServerResponse | Socket | undefined): void {
    const refusal: Refusal =
      req !== undefined && this.#late.has(req)
        ? { status: 504, title: '504 Gateway Time-out' }
        : { status: 502, title: '502 Bad Gateway' }
    if (res instanceof ServerResponse) {
      if (res.headersSent) res.destroy()
      else this.#refuse(res, refusal)
    } else if (res?.bytesWritten === 0) {
      res.end(`HTTP/1.1 ${refusal.status} ${refusal.title.replace(/^\d+ /, '')}\r\nconnection: close\r\n\r\n`)
    } else res?.destroy()
  }

  #remember(req: IncomingMessage, user: string): RecentRequest {
    const entry: RecentRequest = {
      at: new Date(),
      method: req.method ?? '',
      path: req.url ?? '',
      user,
      status: undefined,
    }
    this.#state.remember(entry)
    return entry
  }

  #refuse(res: ServerResponse, { status, title, headers = {} }: Refusal): void {
    if (status === 302) res.writeHead(302, headers).end()
    else
      res
        .writeHead(status, { ...PAGE_HEADERS, server: 'awselb/2.0', ...headers })
        .end(messagePage(title, 'Answered by the local load balancer.'))
  }
}
