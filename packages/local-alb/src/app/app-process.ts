/**
 * The app as a child process: started with the environment set, waited for, stopped with us.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { connect } from 'node:net'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { LocalAlbError } from '../options/users.js'
import { portInUse } from '../net/listen.js'
import { STOP_MS, watchOver } from './watchdog.js'

/** How long an app may take to listen. */
const START_SECONDS = 60
/** After how long somebody who waits is told what for. */
const SILENT_MS = 3_000
/** A program behind `npm run` is the child of a child: signals go to the whole group, which Windows does not have. */
const HAS_GROUPS = process.platform !== 'win32'

/** Whether something listens on a port of this machine. */
async function answers(port: number): Promise<boolean> {
  // An app may listen on either of the two addresses that `localhost` stands for.
  const tries = ['127.0.0.1', '::1'].map(
    async (host) =>
      await new Promise<boolean>((resolve) => {
        const socket = connect({ port, host })
        socket.once('connect', () => {
          socket.destroy()
          resolve(true)
        })
        socket.once('error', () => resolve(false))
      }),
  )
  return (await Promise.all(tries)).some(Boolean)
}

/** The exit code as shells say it: 128 and the number of the signal. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}

/** Why an app is gone before it listened. */
function notStarted(command: readonly string[], code: number, error: NodeJS.ErrnoException | undefined): string {
  const [program = ''] = command
  if (error?.code === 'ENOENT') return `the app could not be started: is there a command ${program}?`
  if (error?.code === 'EACCES')
    return `the app could not be started: ${program} is not executable (chmod +x ${program})`
  if (error !== undefined) return `the app could not be started: ${error.message}`
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
  readonly #child: ChildProcess
  /** The exit code, or 128 and the signal's number as shells say it; 127 where the command could not be started. */
  readonly exited: Promise<number>
  #hasExited = false
  #isGone = false
  #startError: NodeJS.ErrnoException | undefined
  #endWatch: (() => void) | undefined
  readonly #killAtExit = (): void => void this.#signal('SIGKILL')

  private constructor(
    program: string,
    args: readonly string[],
    { env, stdout = 'inherit', stdin = 'inherit' }: AppOptions,
  ) {
    this.#child = spawn(program, args, {
      stdio: [stdin, stdout === 'stderr' ? 2 : 'inherit', 'inherit'],
      env,
      detached: HAS_GROUPS,
    })
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#startError = error
        resolve(127)
      })
      this.#child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : exitCodeOf(signal))))
    })
    void this.exited.then(() => {
      this.#hasExited = true
      if (!this.#signal(0)) this.#forget()
    })
    // A group of its own would outlive us.
    process.once('exit', this.#killAtExit)
    const { pid } = this.#child
    this.#endWatch = pid === undefined ? undefined : watchOver(HAS_GROUPS ? -pid : pid)
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
      if (this.#hasExited) throw new LocalAlbError(notStarted(command, await this.exited, this.#startError))
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

  /** Sends a signal to the app and all it started. @returns `false` when none of them is there any more. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child
    if (pid === undefined || this.#isGone) return false
    if (!HAS_GROUPS) return this.#child.kill(signal)
    try {
      return process.kill(-pid, signal)
    } catch {
      // ESRCH: the last of the group is gone.
      return false
    }
  }

  /** Nothing is left of it: its number may soon be that of somebody else's process. */
  #forget(): void {
    this.#isGone = true
    this.#endWatch?.()
    process.removeListener('exit', this.#killAtExit)
  }

  /** Stops the app and all it started: with `signal` first, killed where that has not helped after 5 seconds. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const deadline = Date.now() + STOP_MS
    for (let isThere = this.#signal(signal); isThere; isThere = this.#signal(0)) {
      if (Date.now() > deadline) {
        this.#signal('SIGKILL')
        break
      }
      await sleep(20)
    }
    await this.exited
    this.#forget()
  }
}
