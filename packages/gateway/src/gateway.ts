/**
 * Puts the checks of `CognitoAuth` in front of an app in any language.
 *
 * @module
 */

import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CognitoAuth, ConfigurationError } from '@cognito-auth/core'
import { isCognitoAuthError } from '@cognito-auth/core/adapter'
import type { Connections } from '@cognito-auth/http-kit/connections'
import { portOf } from '@cognito-auth/http-kit/ports'
import { problem } from './http/answers.js'
import { planApp, type RunningApp } from './upstream/app.js'
import { AssertionSigner } from './identity/assertion.js'
import { Forwarder } from './upstream/forwarder.js'
import { type GatewayOptions, parseOptions, type Settings } from './options/options.js'
import { Protection } from './handlers/protection.js'
import { ProxyHandler } from './handlers/proxy-handler.js'
import { createGatewayServer, type GatewayServer, listen } from './http/server.js'
import { AMBIGUOUS, VerifyHandler } from './handlers/verify-handler.js'

/** A gateway that runs. */
export interface Gateway {
  /** Where it answers: `http://127.0.0.1:8080`. */
  readonly url: string
  /** The app's exit code, once it has ended; `undefined` where the gateway did not start it. */
  readonly appExited: Promise<number> | undefined
  /**
   * Takes no more connections, lets requests under way end (`drainSeconds` at most), then ends the app that it started.
   *
   * @param signal what the app is sent; requests under way are waited for with SIGTERM only. @default 'SIGTERM'
   * @returns the app's exit code; 0 where the gateway did not start it.
   */
  stop(signal?: NodeJS.Signals): Promise<number>
  /** Ends the app and every connection at once; a {@link stop} under way resolves then. */
  kill(): void
}

/** How often is looked whether requests under way have ended. */
const POLL_MS = 25

function urlOf(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`
  if (host === '::') return `http://[::1]:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** An outage must not keep a gateway from starting: it answers 503, and recovers by itself. */
async function warmUp(auth: CognitoAuth): Promise<void> {
  try {
    await auth.warmUp()
  } catch (error) {
    if (!isCognitoAuthError(error) || error.code !== 'config_unavailable') throw error
    process.stderr.write(`gateway: ${error.message}\n`)
  }
}

async function listenOrExplain(server: Server, { host, port }: Settings['listen']): Promise<void> {
  try {
    await listen(server, host, port)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    const why = code === 'EADDRINUSE' ? 'the port is in use' : code
    throw new ConfigurationError(`listen: ${host}:${port} cannot be listened on (${why})`, { cause })
  }
}

/** Closes a server that takes no more connections once nothing is under way, or time is up. */
async function drain(connections: Connections, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    connections.closeIdle()
    if (connections.isIdle || Date.now() >= deadline) break
    await sleep(POLL_MS)
  }
  connections.closeAll()
}

/** A server in front of an app, and what forwards to it. */
function proxyServer(settings: Settings, protection: Protection, upstream: URL, jwks: string | undefined) {
  const forwarder = new Forwarder(upstream, settings.timeoutSeconds, settings.headers.isRefusedTrailer)
  const own = { warmUp: async () => await settings.auth.warmUp(), upstream, jwks }
  const handler = new ProxyHandler({ settings, protection, forwarder, own })
  const server = createGatewayServer({
    handle: async (req, res) => await handler.handle(req, res),
    upgrade: async (req, res, upgrade) => await handler.handle(req, res, upgrade),
    unreadable: problem(400, 'bad_request'),
    connect: problem(405, 'method_not_allowed', { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' }),
  })
  return { server, close: () => forwarder.close() }
}

/** A server that proxies ask. */
function verifyServer(settings: Settings, protection: Protection, jwks: string | undefined) {
  const own = { warmUp: async () => await settings.auth.warmUp(), upstream: undefined, jwks }
  const handler = new VerifyHandler({ settings, protection, own })
  const server = createGatewayServer({
    handle: async (req, res) => await handler.handle(req, res),
    unreadable: AMBIGUOUS,
    connect: AMBIGUOUS,
  })
  return { server, close: () => undefined }
}

/**
 * Starts a gateway, and the app behind it where `command` is given.
 *
 * @example
 * ```ts
 * const gateway = await startGateway({ upstream: 'http://127.0.0.1:8501', bypass: ['/health'] })
 * await gateway.stop()
 * ```
 * @throws {ConfigurationError} when an option is missing, unknown or wrong, the config cannot be read, the address is
 * in use, or the app cannot be started. Nothing is left running then.
 */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const settings = parseOptions(options)
  const signer = settings.assertion && (await AssertionSigner.create(settings.assertion))
  await warmUp(settings.auth)
  const protection = new Protection(settings, signer)
  const { command, upstream: given } = settings.app ?? { command: undefined, upstream: undefined }
  const app = command === undefined ? undefined : await planApp(command, settings.listen.port)
  const upstream = given ?? app?.upstream
  const { server, close } =
    upstream === undefined
      ? verifyServer(settings, protection, signer?.jwks)
      : proxyServer(settings, protection, upstream, signer?.jwks)
  await listenOrExplain(server.server, settings.listen)
  const url = urlOf(settings.listen.host, portOf(server.server))
  protection.issuer = url
  try {
    return running(url, server, { app: await app?.start(), settings, close })
  } catch (error) {
    server.server.close()
    server.connections.closeAll()
    throw error
  }
}

function running(
  url: string,
  { server, connections }: GatewayServer,
  { app, settings, close }: { app: RunningApp | undefined; settings: Settings; close: () => void },
): Gateway {
  async function stop(signal: NodeJS.Signals): Promise<number> {
    server.close()
    await drain(connections, signal === 'SIGTERM' ? settings.drainSeconds : 0)
    close()
    return (await app?.stop(signal)) ?? 0
  }
  let stopped: Promise<number> | undefined
  return {
    url,
    appExited: app?.exited,
    stop: async (signal = 'SIGTERM') => await (stopped ??= stop(signal)),
    kill() {
      server.close()
      app?.kill()
      connections.closeAll()
    },
  }
}
