/**
 * The app as a child process: started with the environment set, waited for, stopped with us.
 *
 * @module
 */

import type { StdioOptions } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { notStarted, ProcessGroup } from '@cognito-auth/http-kit/child-process'
import { accepts } from '@cognito-auth/http-kit/ports'
import { LocalAlbError } from '../options/users.js'
import { portInUse } from '../net/listen.js'
import { STOP_MS, watchOver } from './watchdog.js'

/** How long an app may take to listen. */
const START_SECONDS = 60
/** A connection to this machine takes no longer. */
const CONNECT_MS = 1_000
/** After how long without an answer the terminal says what is waited for. */
const SILENT_MS = 3_000

/** Whether something listens on a port: an app may listen on either of the two addresses that `localhost` stands for. */
async function answers(port: number): Promise<boolean> {
  const tries = ['127.0.0.1', '::1'].map(async (host) => await accepts(host, port, CONNECT_MS))
  return (await Promise.all(tries)).some(Boolean)
}

/** Why an app is gone before it listened. */
function notListening(command: readonly string[], code: number, error: NodeJS.ErrnoException | undefined): string {
  if (error !== undefined) return notStarted(command[0] ?? '', error)
  const why = { 126: ': something that it runs is not executable', 127: ': a command that it runs was not found' }[code]
  return `${command.join(' ')} exited with code ${code} before the app listened${why ?? ''}`
}

/** How an app is started. */
export interface AppOptions {
  readonly env: NodeJS.ProcessEnv
  /** Where its standard output goes. @default 'inherit' */
  readonly stdout?: 'inherit' | 'stderr'
  /** A pipe stays open and says nothing. @default 'inherit' */
  readonly stdin?: 'inherit' | 'pipe' | undefined
}

/** A running app, and whatever it started itself. */
export class AppProcess {
  readonly #group: ProcessGroup
  readonly #endWatch: (() => void) | undefined

  private constructor(
    program: string,
    args: readonly string[],
    { env, stdout = 'inherit', stdin = 'inherit' }: AppOptions,
  ) {
    const streams: StdioOptions = [stdin, stdout === 'stderr' ? 2 : 'inherit', 'inherit']
    // Asked first, also where this process just exits: only then can it end what has a group of its own, as the gateway's app
    // has. The watchdog kills what does not listen.
    const group = new ProcessGroup(program, args, env, streams, 'SIGTERM')
    this.#group = group
    this.#endWatch = group.id === undefined ? undefined : watchOver(group.id)
    void group.exited.then(() => {
      // Nothing is left of it: its number may soon be that of another process.
      if (!group.signal(0)) this.#endWatch?.()
    })
  }

  /** The exit code, or 128 and the signal's number as shells say it; 127 where the command could not be started. */
  get exited(): Promise<number> {
    return this.#group.exited
  }

  /**
   * Starts `command` with its output passed through, and waits until it listens on `port`.
   *
   * @throws {LocalAlbError} when the port is in use already, the app exits first, or takes longer than a minute. Nothing
   * is left running then.
   */
  static async start(command: readonly string[], port: number, options: AppOptions): Promise<AppProcess> {
    const [program, ...args] = command
    if (program === undefined) throw new LocalAlbError('give the command of the app after --')
    if (await answers(port))
      throw new LocalAlbError(
        `${await portInUse(port)} The app was to listen there: stop that, or choose with --app-port`,
      )
    const app = new AppProcess(program, args, options)
    try {
      await app.#listening(command, port)
      return app
    } catch (error) {
      await app.stop()
      throw error
    }
  }

  async #listening(command: readonly string[], port: number): Promise<void> {
    const begun = Date.now()
    let hasToldSo = false
    while (Date.now() < begun + START_SECONDS * 1000) {
      if (this.#group.hasExited)
        throw new LocalAlbError(notListening(command, await this.exited, this.#group.startError))
      if (await answers(port)) return
      if (!hasToldSo && Date.now() > begun + SILENT_MS) {
        hasToldSo = true
        process.stderr.write(
          `local-alb: waiting for the app on port ${port} (PORT=${port}); where it listens on another one: --app-port\n`,
        )
      }
      await sleep(100)
    }
    throw new LocalAlbError(
      `the app does not listen on port ${port}. Does it read PORT? Vite and "react-router dev" do not: use --app-port 5173`,
    )
  }

  /** Stops the app and all it started: with `signal` first, killed where that has not helped after 5 seconds. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#group.stop(signal, STOP_MS)
    this.#endWatch?.()
  }
}
