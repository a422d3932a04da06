/**
 * The app as a child process: started with the environment set, waited for, stopped with us.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { connect } from 'node:net'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { LocalAlbError } from './users.js'

/** How long an app may take to listen. */
const START_SECONDS = 60
/** How long an app may take to stop before it is killed. */
const STOP_MS = 5_000
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

/** A running app, and whatever it started itself. */
export class AppProcess {
  readonly #child: ChildProcess
  /** The exit code, or 128 and the signal's number as shells say it; 127 where the command could not be started. */
  readonly exited: Promise<number>
  #hasExited = false
  readonly #killAtExit = (): void => void this.#signal('SIGKILL')

  private constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(program, args, { stdio: 'inherit', env, detached: HAS_GROUPS })
    this.exited = new Promise((resolve) => {
      this.#child.once('error', () => resolve(127))
      this.#child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : exitCodeOf(signal))))
    })
    void this.exited.then(() => (this.#hasExited = true))
    // A group of its own would outlive a crash of ours.
    process.once('exit', this.#killAtExit)
  }

  /**
   * Starts `command` with its output passed through, and waits until it listens on `port`.
   *
   * @throws {LocalAlbError} when the port is in use already, the app exits first, or takes longer than a minute. Nothing
   * is left running then.
   */
  static async start(command: readonly string[], port: number, env: NodeJS.ProcessEnv): Promise<AppProcess> {
    const [program, ...args] = command
    if (program === undefined) throw new LocalAlbError('give the command of the app after --')
    if (await answers(port))
      throw new LocalAlbError(`port ${port} of the app is in use. Stop what listens there, or choose with --app-port`)
    const app = new AppProcess(program, args, env)
    try {
      await app.#listening(program, port)
      return app
    } catch (error) {
      await app.stop()
      throw error
    }
  }

  async #listening(program: string, port: number): Promise<void> {
    const deadline = Date.now() + START_SECONDS * 1000
    while (Date.now() < deadline) {
      if (this.#hasExited) {
        const code = await this.exited
        if (code === 127) throw new LocalAlbError(`the app could not be started: is there a command ${program}?`)
        throw new LocalAlbError(`the app exited with code ${code} before it listened`)
      }
      if (await answers(port)) return
      await sleep(100)
    }
    throw new LocalAlbError(`the app does not listen on port ${port}. Does it read PORT? Else use --app-port`)
  }

  /** Sends a signal to the app and all it started. @returns `false` when none of them is there any more. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child
    if (pid === undefined) return false
    if (!HAS_GROUPS) return this.#child.kill(signal)
    try {
      return process.kill(-pid, signal)
    } catch {
      // ESRCH: the last of the group is gone.
      return false
    }
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
    process.removeListener('exit', this.#killAtExit)
  }
}
