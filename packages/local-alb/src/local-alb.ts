/**
 * A local stand-in for an Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createNetServer, type Socket } from 'node:net'
import { AppProcess } from './app-process.js'
import { type FaultName, parseFault } from './faults.js'
import { SESSION_COOKIE } from './cookies.js'
import { Forwarder } from './forwarder.js'
import { startHealthChecks } from './health-check.js'
import { ALB_ARN, CLIENT_ID, USER_POOL_ID } from './identity.js'
import { OwnPages } from './own-pages.js'
import { type ListenerRule, parseRules } from './rules.js'
import { AlbState } from './state.js'
import { DEFAULT_USERS, LocalAlbError, type MockUser, parseUsers } from './users.js'

/** What the local load balancer is like. One of `target` and `command` is needed. */
export interface LocalAlbOptions {
  /** URL of a running app. */
  readonly target?: string | undefined
  /** The app's command, started with `PORT` and `COGNITO_AUTH_*` set, and stopped with the load balancer. */
  readonly command?: readonly string[] | undefined
  /** Port of the app that `command` starts. @default a free one */
  readonly appPort?: number | undefined
  /** Who can sign in. @default three made-up people */
  readonly users?: readonly MockUser[] | undefined
  /** Where to listen, on this machine only; 0 for a free port. @default 8080 */
  readonly port?: number | undefined
  /** What happens to which path. @default everything needs a sign-in */
  readonly rules?: readonly ListenerRule[] | undefined
  /** How long a session lasts, in seconds. @default 604800, as on AWS */
  readonly sessionSeconds?: number | undefined
  /** How long the app may take to answer, in seconds. @default 60 */
  readonly timeoutSeconds?: number | undefined
  /** Where else people may be sent after signing out; URLs of this load balancer always are allowed. @default none */
  readonly logoutUrls?: readonly string[] | undefined
  /** Path of the app that is asked every 30 seconds whether it is well, as a target group does. @default none */
  readonly healthPath?: string | undefined
}

/** A running local load balancer. */
export interface LocalAlb {
  /** `http://localhost:8080`. */
  readonly url: string
  /** The app itself, past the load balancer. */
  readonly appUrl: string
  /** Environment that makes an app trust this load balancer. */
  readonly env: Readonly<Record<string, string>>
  /** Signs in without a browser; send the cookie with requests. Any e-mail will do; a listed user keeps name and groups. */
  signIn(user: string | MockUser): { readonly cookie: string }
  /** The three headers as the app would get them, fault included, for requests straight to the app. */
  headersFor(user: string | MockUser): Readonly<Record<string, string>>
  /** Sets a fault for all requests from now on; `undefined` for none. */
  setFault(fault: FaultName | undefined): void
  /** Signs with new keys from now on. */
  rotateKeys(): void
  /** The app's exit code, when `command` was given. */
  readonly appExited: Promise<number> | undefined
  /** Stops the app, all that it started, and the load balancer; nothing is left open. @default 'SIGTERM' */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const DEFAULT_PORT = 8080
/** The load balancer takes at most this much in headers. */
const MAX_HEADER_BYTES = 64 * 1024

/** Only names of this machine: a page of another site could point its own name here (DNS rebinding). */
function isOwnHost(host: string | undefined): boolean {
  return host !== undefined && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i.test(host)
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE'
      reject(
        isTaken
          ? new LocalAlbError(`port ${port} is in use. Stop what listens there, or choose another with --port`)
          : error,
      )
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}

async function freePort(): Promise<number> {
  const probe = createNetServer()
  const port = await new Promise<number>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      if (address === null || typeof address === 'string') reject(new Error('a TCP server has a port'))
      else resolve(address.port)
    })
  })
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function environment(url: string): Record<string, string> {
  return {
    COGNITO_AUTH_ALB_ARN: ALB_ARN,
    COGNITO_AUTH_CLIENT_ID: CLIENT_ID,
    COGNITO_AUTH_USER_POOL_ID: USER_POOL_ID,
    COGNITO_AUTH_LOCAL_ALB: url,
    COGNITO_AUTH_DOMAIN: `${url}/_local-alb`,
    COGNITO_AUTH_LOGOUT_URLS: `${url}/`,
    // Some servers (remix-serve) take an unset one for production, where a local load balancer is refused.
    NODE_ENV: 'development',
  }
}

function checkTarget(target: string | undefined): string | undefined {
  if (target === undefined || (URL.canParse(target) && new URL(target).protocol === 'http:')) return target
  throw new LocalAlbError('target must be a URL such as http://localhost:3000')
}

function checkHealthPath(path: string | undefined): string | undefined {
  if (path === undefined || /^\/(?!\/)/.test(path)) return path
  throw new LocalAlbError('healthPath must be a path of the app such as /health')
}

/** The server: own pages here, everything else to the app. */
function createAlbServer(state: AlbState, forwarder: Forwarder): Server {
  const pages = new OwnPages(state)

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!isOwnHost(req.headers.host)) return void res.writeHead(400).end()
    const target = req.url ?? '/'
    const path = target.replace(/\?.*$/s, '')
    if (OwnPages.owns(path)) await pages.handle(req, res, new URL(target, state.baseUrl))
    else await forwarder.web(req, res)
  }

  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (req, res) => {
    handle(req, res).catch((error: unknown) => {
      const isWrong = error instanceof LocalAlbError || error instanceof SyntaxError
      if (!res.headersSent) res.writeHead(isWrong ? 400 : 500, { 'content-type': 'text/plain' })
      res.end(isWrong ? `${error.message}\n` : 'the local load balancer failed\n')
    })
  })
  server.on('upgrade', (req, socket, head) => {
    // Node gives a net.Socket for plain HTTP.
    if (isOwnHost(req.headers.host)) void forwarder.upgrade(req, socket as Socket, head)
    else socket.destroy()
  })
  return server
}

/**
 * Starts a local load balancer, and the app behind it where `command` is given.
 *
 * @example
 * ```ts
 * const alb = await startLocalAlb({ target: 'http://localhost:3000', port: 0 })
 * const { cookie } = alb.signIn('dev@example.com')
 * const response = await fetch(alb.url, { headers: { cookie } })
 * await alb.stop()
 * ```
 * @throws {LocalAlbError} when an option is wrong, the port is in use, or the app does not start.
 */
export async function startLocalAlb(options: LocalAlbOptions): Promise<LocalAlb> {
  const { command } = options
  const given = checkTarget(options.target)
  const healthPath = checkHealthPath(options.healthPath)
  if (given === undefined && command === undefined)
    throw new LocalAlbError('give the URL of a running app with --target, or its command after --')
  const appPort = options.appPort ?? (given === undefined ? await freePort() : Number(new URL(given).port || 80))
  const state = new AlbState({
    users: options.users === undefined ? DEFAULT_USERS : parseUsers(options.users, 'users'),
    rules: parseRules(options.rules ?? []),
    sessionSeconds: options.sessionSeconds ?? 604_800,
    logoutUrls: options.logoutUrls ?? [],
  })
  const appUrl = given ?? `http://localhost:${appPort}`
  const forwarder = new Forwarder(state, {
    target: appUrl,
    timeoutSeconds: options.timeoutSeconds ?? 60,
  })
  const server = createAlbServer(state, forwarder)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  state.baseUrl = `http://localhost:${await listen(server, options.port ?? DEFAULT_PORT)}`
  const env = environment(state.baseUrl)
  let app: AppProcess | undefined
  let endHealthChecks = (): void => undefined

  async function stop(signal?: NodeJS.Signals): Promise<void> {
    endHealthChecks()
    await app?.stop(signal)
    // Upgraded sockets are no longer the server's: they are ended here.
    for (const socket of sockets) socket.destroy()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }

  function userOf(user: string | MockUser): MockUser {
    const known = typeof user === 'string' ? (state.users.find((one) => one.email === user) ?? { email: user }) : user
    const [checked] = parseUsers([known], 'user')
    if (checked === undefined) throw new LocalAlbError('there is no such user')
    return checked
  }

  try {
    if (command !== undefined)
      app = await AppProcess.start(command, appPort, {
        ...env,
        ...process.env,
        PORT: String(appPort),
        COGNITO_AUTH_LOCAL_ALB: state.baseUrl,
      })
    if (healthPath !== undefined)
      endHealthChecks = startHealthChecks({ appUrl, path: healthPath, remember: (entry) => state.remember(entry) })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: state.baseUrl,
    appUrl,
    env,
    signIn: (user) => ({ cookie: `${SESSION_COOKIE}=${state.signIns.createSession(userOf(user))}` }),
    headersFor(user) {
      const { identity, fault } = state
      const known = userOf(user)
      return identity.headersFor(known, identity.accessToken(known, fault).token, fault)
    },
    setFault: (fault) => (state.fault = fault === undefined ? undefined : parseFault(fault)),
    rotateKeys: () => state.identity.rotateKeys(),
    appExited: app?.exited,
    stop,
  }
}
