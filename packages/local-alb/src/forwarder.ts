/**
 * Forwards requests to the app as the load balancer does, HTTP and WebSocket.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createProxyServer, type ProxyServer } from 'httpxy'
import { cookiesForApp, NONCE_COOKIE, sessionIdOf, setCookie, withoutSecure } from './cookies.js'
import { messagePage, PAGE_HEADERS } from './page.js'
import { CLIENT_ID } from './provider.js'
import { ruleFor } from './rules.js'
import type { Session } from './sign-in.js'
import type { AlbState, RecentRequest } from './state.js'

/** What a load balancer answers itself instead of forwarding. */
interface Refusal {
  readonly status: number
  readonly title: string
  readonly headers?: Record<string, string>
}

/** Where a request goes, or what is answered instead. */
type Route = { readonly target: string; readonly user: string } | Refusal

/** Header and payload of a token as text; other values as they are. */
function decoded(value: string | string[]): string {
  if (typeof value !== 'string') return value.map(decoded).join('\n\n')
  const [header, claims, signature] = value.split('.')
  if (header === undefined || claims === undefined || signature === undefined) return value
  return [header, claims]
    .map((part) => JSON.stringify(JSON.parse(Buffer.from(part, 'base64').toString('utf8')), null, 2))
    .join('\n')
}

/** Forwards requests; answers people without a session as the rule says. */
export class Forwarder {
  readonly #state: AlbState
  readonly #target: string
  /** Requests that the app let wait for too long. */
  readonly #late = new WeakSet<IncomingMessage>()
  readonly #proxy: ProxyServer<IncomingMessage, ServerResponse>

  constructor(state: AlbState, options: { readonly target: string; readonly timeoutSeconds: number }) {
    this.#state = state
    this.#target = options.target
    this.#proxy = createProxyServer({
      proxyTimeout: options.timeoutSeconds * 1000,
      upgradeTimeout: options.timeoutSeconds * 1000,
    })
    this.#proxy.on('proxyReq', (proxied, req) => proxied.once('timeout', () => this.#late.add(req)))
    this.#proxy.on('error', (_error, req, res) => this.#failed(req, res))
    this.#proxy.on('proxyRes', (proxied) => {
      const cookies = proxied.headers['set-cookie']
      if (cookies) proxied.headers['set-cookie'] = cookies.map(withoutSecure)
    })
  }

  /** Forwards a request, or answers it. */
  async web(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const route = this.#route(req)
    if ('status' in route) return this.#refuse(res, route)
    const entry = this.#remember(req, route.user)
    res.once('close', () => (entry.status = res.statusCode))
    await this.#proxy.web(req, res, { target: route.target })
  }

  /** Forwards a WebSocket upgrade with the headers on it, or answers it. */
  async upgrade(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const route = this.#route(req)
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

  #route(req: IncomingMessage): Route {
    const path = (req.url ?? '/').replace(/\?.*$/s, '')
    const { action, target = this.#target } = ruleFor(this.#state.rules, path)
    this.#addForwardedHeaders(req)
    // Nothing documents that AWS removes these on rules without an authenticate action: assume the worst.
    if (action === 'none') return { target, user: '' }
    for (const name of Object.keys(req.headers)) if (name.startsWith('x-amzn-oidc-')) delete req.headers[name]
    const sessionId = sessionIdOf(req.headers.cookie)
    const session = this.#sessionOf(sessionId)
    if (req.headers.cookie !== undefined) req.headers.cookie = cookiesForApp(req.headers.cookie)
    if (session !== undefined) return this.#addUser(req, session, target)
    if (action === 'allow') return { target, user: '' }
    // Somebody whose session is over is sent to sign in, even here.
    if (action === 'deny' && sessionId === undefined) return { status: 401, title: '401 Authorization Required' }
    return this.#toSignIn(req)
  }

  /** The session of a request, its access token refreshed where that was over. */
  #sessionOf(id: string | undefined): Session | undefined {
    const session = this.#state.signIns.session(id)
    if (session === undefined || this.#state.refresh(session)) return session
    this.#state.signIns.signOut(undefined, id)
    return undefined
  }

  #addUser(req: IncomingMessage, session: Session, target: string): Route {
    const { identity, fault } = this.#state
    if (this.#state.isTooLarge(session)) return { status: 500, title: '500 Internal Server Error' }
    const headers = identity.headersFor(session.user, session.accessToken, fault)
    Object.assign(req.headers, headers)
    this.#state.lastHeaders = Object.entries(headers).map(([name, value]) => [name, decoded(value)])
    return { target, user: session.user.email }
  }

  /** The redirect that begins a sign-in, with the parameters that a load balancer sends. */
  #toSignIn(req: IncomingMessage): Refusal {
    const { baseUrl, signIns } = this.#state
    const target = req.url ?? '/'
    // Cookies belong to a host name: one sign-in must not begin at 127.0.0.1 and end at localhost.
    if (`http://${req.headers.host}` !== baseUrl)
      return { status: 302, title: '302 Found', headers: { location: baseUrl + target } }
    const { state, nonce } = signIns.begin(target.startsWith('/') ? target : '/')
    const query = new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri: `${baseUrl}/oauth2/idpresponse`,
      response_type: 'code',
      scope: 'openid',
      state,
    })
    return {
      status: 302,
      title: '302 Found',
      headers: {
        location: `${baseUrl}/_local-alb/oauth2/authorize?${query.toString()}`,
        'set-cookie': setCookie(NONCE_COOKIE, nonce, 900),
        'cache-control': 'no-store',
        server: 'awselb/2.0',
      },
    }
  }

  #addForwardedHeaders(req: IncomingMessage): void {
    const { headers } = req
    const client = req.socket.remoteAddress ?? ''
    headers['x-forwarded-for'] =
      headers['x-forwarded-for'] === undefined ? client : `${String(headers['x-forwarded-for'])}, ${client}`
    headers['x-forwarded-proto'] = 'http'
    headers['x-forwarded-port'] = String(req.socket.localPort ?? '')
    headers['x-amzn-trace-id'] ??=
      `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`
  }
}
