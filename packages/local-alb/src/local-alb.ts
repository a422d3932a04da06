/**
 * A local stand-in for an Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

import { createServer } from 'node:http'
import { freePort } from '@cognito-auth/http-kit/ports'
import { meantUser, signIn, type SignedIn } from './pages/api.js'
import { AppProcess } from './app/app-process.js'
import type { FaultName } from './options/faults.js'
import { accessLine } from './load-balancer/access-log.js'
import { type ListenerRule, parseRules } from './options/rules.js'
import { offsetOf } from './options/time.js'
import type { RequestRecord } from './sessions/request-log.js'
import { createCertificate } from './net/certificate.js'
import { Forwarder } from './load-balancer/forwarding/forwarder.js'
import { startHealthChecks } from './load-balancer/forwarding/health-check.js'
import { type Environment, environmentFor, mergeEnvironment } from './app/environment.js'
import { TokenIssuer } from './tokens/token-issuer.js'
import type { LambdaHandler } from './options/lambda-handler.js'
import { createLambdaServer } from './app/lambda-target.js'
import { listen, portInUse, PortInUseError } from './net/listen.js'
import { type LocalAlbOptions, parseOptions, UsageError } from './options/options.js'
import { isOwnHost, originOf, type Origins } from './net/own-host.js'
import { createProvider } from './tokens/provider.js'
import { Clock } from './tokens/clock.js'
import { createAlbServer } from './load-balancer/server.js'
import { attackApp, type AttackOptions, type AttackReport, type AttackResult } from './attack/attack.js'
import { AlbState } from './sessions/state.js'
import { DEFAULT_USERS, type MockUser, parseUsers } from './options/users.js'

/** A running local load balancer. */
export interface LocalAlb {
  /** `http://localhost:8080`. */
  readonly url: string
  /** The app itself, past the load balancer. */
  readonly appUrl: string
  /** The certificate, as PEM, where `https` is on: for clients that are to trust it. */
  readonly certificate: string | undefined
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
  /** Other listener rules from now on. @throws {LocalAlbError} when one is wrong. */
  setRules(rules: readonly ListenerRule[]): void
  /** Moves the load balancer's clock, to a date or by a distance such as `+2h`; `undefined` for this machine's. */
  setTime(at: string | undefined): void
  /** Signs with new keys from now on; the old ones stay published. */
  rotateKeys(): void
  /**
   * Tries the app with every attack and outage, signed in as one user.
   *
   * @throws {LocalAlbError} when the app does not accept a correct request.
   */
  attack(options?: AttackOptions): Promise<AttackReport>
  /** The app's exit code, when `command` was given. */
  readonly appExited: Promise<number> | undefined
  /** Stops the app, all that it started, and the load balancer; nothing is left open. @default 'SIGTERM' */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const DEFAULT_PORT = 8080
/** Where TLS is spoken on machines whose port 443 needs rights. */
const DEFAULT_HTTPS_PORT = 8443
const portFor = ({ https = false }: LocalAlbOptions): number => (https ? DEFAULT_HTTPS_PORT : DEFAULT_PORT)
const DEFAULT_SECONDS = { session: 604_800, accessToken: 3600, token: 120, timeout: 60 }

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

/** Where a load balancer on that port is reached. */
function originsOf({ publicUrl, https = false }: LocalAlbOptions, port: number): Origins {
  const local = originOf(`localhost:${port}`)
  if (https && publicUrl === undefined) {
    const [app, pool] = ['localhost', '127.0.0.1'].map((host) => originOf(`${host}:${port}`, 'https:'))
    return { app: app ?? '', pool: pool ?? '', local }
  }
  if (publicUrl === undefined) return { app: local, pool: originOf(`127.0.0.1:${port}`), local }
  const { origin } = new URL(publicUrl)
  return { app: origin, pool: origin, local, public: origin }
}

const publicHostOf = ({ publicUrl }: LocalAlbOptions): string | undefined =>
  publicUrl === undefined ? undefined : new URL(publicUrl).hostname

/** What people miss who start an app that does not read `PORT`. */
const hintFor = (port: number): string =>
  `. The app was started with PORT=${port}; Vite and "react-router dev" do not read it: say where it listens with --app-port 5173`

function createState(options: LocalAlbOptions): AlbState {
  const clock = new Clock()
  if (options.at !== undefined) clock.offset = offsetOf(options.at)
  const provider = createProvider(options.oidc, options.accessTokenSeconds ?? DEFAULT_SECONDS.accessToken, clock)
  const state = new AlbState({
    issuer: new TokenIssuer(provider, options.tokenSeconds ?? DEFAULT_SECONDS.token, clock),
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
export function environmentWithoutApp(options: LocalAlbOptions): Environment {
  const { oidc, port = portFor(options), logoutUrls = [] } = options
  if (port === 0) throw new UsageError('without an app, --print-env needs a --port: a free one is not known before')
  return environmentFor(
    createProvider(oidc, DEFAULT_SECONDS.accessToken, new Clock()),
    originsOf(options, port),
    logoutUrls,
  )
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
  return await start(given)
}

/** What the command does besides. */
export interface StartHooks {
  /** Gives the Lambda function, once the environment is known and before the port listens. */
  readonly loadLambda?: (env: Environment) => Promise<LambdaHandler>
  /** Called for each request that was answered. */
  readonly onRequest?: (record: RequestRecord) => void
  /** Called with the line of the access log of each request that is over. */
  readonly onAccessLine?: (line: string) => void
  /** Takes the next free port where the default one is in use; called with whose it is. */
  readonly onPortTaken?: (sentence: string, port: number) => void
  /** Where the app reads from: the terminal, unless that is for our own keys. @default 'inherit' */
  readonly stdin?: 'inherit' | 'pipe'
  /** Called for each result of `attack()`. */
  readonly onAttackResult?: (result: AttackResult) => void
  /** Whether the app's standard output goes to our standard error: ours is for a report. */
  readonly isQuietApp?: boolean
}

type Writable<Options> = { -readonly [Name in keyof Options]: Options[Name] }

/** Port 8080, or the next that is free where the command may take another. */
async function defaultPort(first: number, { onPortTaken }: StartHooks): Promise<number> {
  if (onPortTaken === undefined) return first
  let taken: PortInUseError | undefined
  for (let port = first; port < first + 20; port += 1) {
    try {
      const { close } = await listen(createServer(), port)
      await close()
      if (taken !== undefined) onPortTaken(await portInUse(first), port)
      return port
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error
      taken ??= error
    }
  }
  throw taken ?? new Error('unreachable: no port was tried')
}

/** {@link startLocalAlb}, with what only the command needs. */
export async function start(given: LocalAlbOptions, hooks: StartHooks = {}): Promise<LocalAlb> {
  const options: Writable<LocalAlbOptions> = parseOptions(given, '')
  const { loadLambda, onAccessLine, onAttackResult, onRequest, isQuietApp = false, stdin } = hooks
  let ownPort = options.port ?? (await defaultPort(portFor(options), hooks))
  if (loadLambda !== undefined) {
    if (ownPort === 0) ownPort = await freePort()
    options.lambda = await loadLambda(environmentWithoutApp({ ...options, port: ownPort }))
  }
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
  if (onRequest !== undefined) state.requests.subscribe(onRequest)
  if (onAccessLine !== undefined)
    state.requests.whenFinished((record, transferred) =>
      onAccessLine(accessLine(record, transferred, { origins: state.origins, isLambda: lambda !== undefined })),
    )
  const hint = command === undefined ? '' : hintFor(appPort)
  const forwarder = new Forwarder(state, { target: appUrl, timeoutSeconds, hint })
  const certificate = options.https ? await createCertificate(publicHostOf(options)) : undefined
  let app: AppProcess | undefined
  let endHealthChecks = (): void => undefined

  async function stop(signal?: NodeJS.Signals): Promise<void> {
    endHealthChecks()
    await app?.stop(signal)
    for (const close of closers) await close()
  }

  try {
    const { port, close } = await listen(createAlbServer(state, forwarder, certificate), ownPort)
    closers.push(close)
    checkLoops(options, port)
    state.origins = originsOf(options, port)
    const env = environmentFor(state.issuer.provider, state.origins, options.logoutUrls ?? [])
    if (command !== undefined)
      app = await AppProcess.start(command, appPort, {
        env: { ...mergeEnvironment(env, process.env), PORT: String(appPort) },
        stdout: isQuietApp ? 'stderr' : 'inherit',
        stdin,
      })
    if (healthPath !== undefined)
      endHealthChecks = startHealthChecks({ appUrl, path: healthPath, requests: state.requests })
    return {
      url: state.origins.app,
      appUrl,
      certificate: certificate?.cert,
      env,
      signIn: (user) => signIn(state, user),
      headersFor(user) {
        const { issuer, fault } = state
        const known = meantUser(state, user)
        const headers = issuer.headersFor(known, issuer.provider.accessToken(known, undefined), fault)
        // Two header lines of one name are joined, as Fetch has it.
        return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))
      },
      setFault: (fault) => state.setFault(fault),
      setUsers: (users) => (state.users = parseUsers(users, 'users')),
      setRules: (rules) => (state.rules = parseRules(rules)),
      setTime: (at) => (state.issuer.clock.offset = at === undefined ? 0 : offsetOf(at)),
      rotateKeys: () => state.issuer.rotateKeys(),
      attack: async (attackOptions) => await attackApp(state, attackOptions, onAttackResult),
      appExited: app?.exited,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
