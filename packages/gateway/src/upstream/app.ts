/**
 * The app as a child process, on a port of 127.0.0.1: other machines cannot reach it past the gateway.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import { notStarted, ProcessGroup } from '@cognito-auth/http-kit/child-process'
import { freePort } from '@cognito-auth/http-kit/ports'

/** What frameworks read their port from. */
const PORT_VARIABLES = ['PORT', 'STREAMLIT_SERVER_PORT', 'GRADIO_SERVER_PORT', 'UVICORN_PORT']
/** What they read the address from. */
const HOST_VARIABLES = ['HOST', 'STREAMLIT_SERVER_ADDRESS', 'GRADIO_SERVER_NAME', 'UVICORN_HOST']
const LOOPBACK = '127.0.0.1'
/** Addresses that are this machine's own. */
const OWN_ADDRESSES = ['localhost', '127.0.0.1', '::1']

/** How long an app may take to end before it is killed. */
const KILL_AFTER_MS = 10_000

/** An app that is started with the gateway, and ends with it. */
export interface App {
  /** Where it will listen. */
  readonly upstream: URL
  /** Starts it; it may take its time until it listens. @throws {ConfigurationError} when it cannot be started. */
  start(): Promise<RunningApp>
}

/** An app that was started. */
export interface RunningApp {
  /** Its exit code, once it has ended. */
  readonly exited: Promise<number>
  /** Asks it to end; it is killed where that has not helped after 10 seconds. @returns its exit code. */
  stop(signal: NodeJS.Signals): Promise<number>
  /** Ends it at once. */
  kill(): void
}

/** The port that the environment gives the app already; the gateway's own is not meant for the app. */
function givenPort(env: NodeJS.ProcessEnv, ownPort: number): number | undefined {
  const given = PORT_VARIABLES.flatMap((name) => {
    const value = env[name]
    return value === undefined || value === '' || Number(value) === ownPort ? [] : [{ name, value }]
  })
  const [first] = given
  if (first === undefined) return undefined
  const other = given.find(({ value }) => value !== first.value)
  if (other !== undefined)
    throw new ConfigurationError(
      `${first.name} and ${other.name} are set to different ports: unset one, so that it is known where the app listens`,
    )
  if (!/^\d{1,5}$/.test(first.value) || Number(first.value) < 1 || Number(first.value) > 65_535)
    throw new ConfigurationError(`${first.name} must be a port, 1 to 65535`)
  return Number(first.value)
}

function environmentFor(env: NodeJS.ProcessEnv, port: number, ownPort: number): NodeJS.ProcessEnv {
  const all = { ...env }
  for (const name of PORT_VARIABLES)
    if (all[name] === undefined || all[name] === '' || Number(all[name]) === ownPort) all[name] = String(port)
  for (const name of HOST_VARIABLES) {
    all[name] ||= LOOPBACK
    if (OWN_ADDRESSES.includes(all[name])) continue
    process.stderr.write(
      `gateway: ${name} is set, so the app may be reachable past the gateway: unset it, and it listens on ${LOOPBACK}\n`,
    )
  }
  return all
}

async function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const group = new ProcessGroup(program, args, env)
  // Whether there is such a command is known at the next tick.
  await new Promise((resolve) => setImmediate(resolve))
  if (group.startError !== undefined) throw new ConfigurationError(notStarted(program, group.startError))
  return {
    exited: group.exited,
    stop: async (signal) => await group.stop(signal, KILL_AFTER_MS),
    kill: () => void group.signal('SIGKILL'),
  }
}

/**
 * Finds the app a port.
 *
 * @param ownPort where the gateway listens.
 * @throws {ConfigurationError} when the environment does not make clear where the app listens.
 */
export async function planApp(command: readonly string[], ownPort: number): Promise<App> {
  const { env } = process
  const port = givenPort(env, ownPort) ?? (await freePort())
  const [program = '', ...args] = command.map((part) => part.replaceAll('{port}', String(port)))
  return {
    upstream: new URL(`http://localhost:${port}`),
    start: async () => await start(program, args, environmentFor(env, port, ownPort)),
  }
}
