/**
 * A local stand-in for an Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

import { createServer as createNetServer } from 'node:net'
import { findUser, signIn, type SignedIn } from './pages/api.js'
import { AppProcess } from './app/app-process.js'
import type { FaultName } from './options/faults.js'
import { Forwarder } from './load-balancer/forwarder.js'
import { startHealthChecks } from './load-balancer/health-check.js'
import { type Environment, environmentFor, mergeEnvironment } from './app/environment.js'
import { TokenIssuer } from './tokens/token-issuer.js'
import { createLambdaServer } from './app/lambda-target.js'
import { listen, portOf } from './net/listen.js'
import { type LocalAlbOptions, parseOptions, UsageError } from './options/options.js'
import { isOwnHost, originOf } from './net/own-host.js'
import { createProvider } from './tokens/provider.js'
import { createAlbServer } from './load-balancer/server.js'
import { AlbState } from './sessions/state.js'
import { DEFAULT_USERS, type MockUser, parseUsers } from './options/users.js'

/** A running local load balancer. */
export interface LocalAlb {
  /** `http://localhost:8080`. */
  readonly url: string
  /** The app itself, past the load balancer. */
  readonly appUrl: string
  /** Environment that makes an app trust this load balancer. */
  readonly env: Readonly<Record<string, string>>
  /** Signs in without a browser. Any e-mail will do; a listed user keeps name and groups. */
  signIn(user: string | MockUser): SignedIn
  /** The three headers as the app would get them, fault included, for requests straight to the app. */
  headersFor(user: string | MockUser): Readonly<Record<string, string>>
  /** Sets a fault for all requests from now on; `undefined` for none. */
  setFault(fault: FaultName | undefined): void
  /** Other people can sign in from now on. Sessions see their changes when the access token is refreshed. */
  setUsers(users: readonly MockUser[]): void
  /** Signs with new keys from now on; the old ones stay published. */
  rotateKeys(): void
  /** The app's exit code, when `command` was given. */
  readonly appExited: Promise<number> | undefined
  /** Stops the app, all that it started, and the load balancer; nothing is left open. @default 'SIGTERM' */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const DEFAULT_PORT = 8080
const DEFAULT_SECONDS = { session: 604_800, accessToken: 3600, token: 120, timeout: 60 }

async function freePort(): Promise<number> {
  const probe = createNetServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', resolve)
  })
  const port = portOf(probe)
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function checkTargets({ target, command, lambda }: LocalAlbOptions): void {
  if (target === undefined && command === undefined && lambda === undefined)
    throw new UsageError('give the URL of a running app with --target, or its command after --')
  if (lambda !== undefined && (target !== undefined || command !== undefined))
    throw new UsageError('lambda is the target: give neither target nor command with it')
}

/** Refuses targets that lead back here: a request would go round until its headers were too long. */
function checkLoops({ target, rules = [] }: LocalAlbOptions, ownPort: number): void {
  for (const url of [target, ...rules.map((rule) => rule.target)]) {
    if (url === undefined) continue
    const { hostname, port } = new URL(url)
    const isHere = isOwnHost(hostname) || ['0.0.0.0', '[::]'].includes(hostname)
    if (isHere && Number(port || 80) === ownPort)
      throw new UsageError(`target ${url} is the load balancer itself: give the URL of the app, or another port`)
  }
}

function createState(options: LocalAlbOptions): AlbState {
  const provider = createProvider(options.oidc, options.accessTokenSeconds ?? DEFAULT_SECONDS.accessToken)
  const state = new AlbState({
    issuer: new TokenIssuer(provider, options.tokenSeconds ?? DEFAULT_SECONDS.token),
    users: options.users ?? DEFAULT_USERS,
    rules: options.rules ?? [],
    sessionSeconds: options.sessionSeconds ?? DEFAULT_SECONDS.session,
    logoutUrls: options.logoutUrls ?? [],
  })
  state.setFault(options.fault)
  return state
}

/**
 * What an app needs to know of a load balancer that is started later.
 *
 * @throws {UsageError} when its port is not known before.
 */
export function environmentWithoutApp({ oidc, port = DEFAULT_PORT, logoutUrls = [] }: LocalAlbOptions): Environment {
  if (port === 0) throw new UsageError('without an app, --print-env needs a --port: a free one is not known before')
  return environmentFor(createProvider(oidc, DEFAULT_SECONDS.accessToken), originOf(`localhost:${port}`), logoutUrls)
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
export async function startLocalAlb(given: LocalAlbOptions): Promise<LocalAlb> {
  const options = parseOptions(given, '')
  checkTargets(options)
  const { command, lambda, target, healthPath, timeoutSeconds = DEFAULT_SECONDS.timeout } = options
  const state = createState(options)
  const closers: (() => Promise<void>)[] = []
  let appPort = options.appPort ?? (target === undefined ? 0 : Number(new URL(target).port || 80))
  if (lambda !== undefined) {
    const server = createLambdaServer(lambda, {
      isMultiValue: options.lambdaMultiValueHeaders ?? false,
      timeoutSeconds,
    })
    const { port, close } = await listen(server, appPort)
    closers.push(close)
    appPort = port
  } else if (appPort === 0) appPort = await freePort()
  const appUrl = target ?? `http://localhost:${appPort}`
  const forwarder = new Forwarder(state, { target: appUrl, timeoutSeconds })
  let app: AppProcess | undefined
  let endHealthChecks = (): void => undefined

  async function stop(signal?: NodeJS.Signals): Promise<void> {
    endHealthChecks()
    await app?.stop(signal)
    for (const close of closers) await close()
  }

  try {
    const { port, close } = await listen(createAlbServer(state, forwarder), options.port ?? DEFAULT_PORT)
    closers.push(close)
    checkLoops(options, port)
    state.baseUrl = originOf(`localhost:${port}`)
    const env = environmentFor(state.issuer.provider, state.baseUrl, options.logoutUrls ?? [])
    if (command !== undefined)
      app = await AppProcess.start(command, appPort, { ...mergeEnvironment(env, process.env), PORT: String(appPort) })
    if (healthPath !== undefined)
      endHealthChecks = startHealthChecks({ appUrl, path: healthPath, remember: (entry) => state.remember(entry) })
    return {
      url: state.baseUrl,
      appUrl,
      env,
      signIn: (user) => signIn(state, user),
      headersFor(user) {
        const { issuer, fault } = state
        const known = findUser(state, user)
        const headers = issuer.headersFor(known, issuer.provider.accessToken(known, undefined), fault)
        // Two header lines of one name are joined, as Fetch has it.
        return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))
      },
      setFault: (fault) => state.setFault(fault),
      setUsers: (users) => (state.users = parseUsers(users, 'users')),
      rotateKeys: () => state.issuer.rotateKeys(),
      appExited: app?.exited,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
