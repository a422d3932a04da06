/**
 * A program and all that it starts, as one: signals go to the whole of it.
 *
 * @module
 */

import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** A program behind `npm run` or `sh -c` is the child of a child: signals go to the group, which Windows does not have. */
const HAS_GROUPS = process.platform !== 'win32'
/** How often is looked whether something is left of it. */
const POLL_MS = 20

/** The exit code as shells say it: 128 and the number of the signal. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}

/** A sentence about a program that could not be started. */
export function notStarted(program: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return `the app could not be started: is there a command ${program}?`
  if (code === 'EACCES') return `the app could not be started: ${program} is not executable (chmod +x ${program})`
  return `the app could not be started: ${message}`
}

/** A running program, and whatever it started itself. Its output and input are those of this process, unless said otherwise. */
export class ProcessGroup {
  readonly #child: ChildProcess
  /** The exit code, or 128 and the signal's number as shells say it; 127 where the program could not be started. */
  readonly exited: Promise<number>
  #isGone = false
  #hasExited = false
  #startError: NodeJS.ErrnoException | undefined
  readonly #killAtExit: () => void

  /**
   * Starts it. An error in that is told by {@link startError}, and exit code 127.
   *
   * @param atExit What is left of it gets when this process exits: another one than `SIGKILL` where something else looks after it then.
   */
  constructor(
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    stdio: StdioOptions = 'inherit',
    atExit: NodeJS.Signals = 'SIGKILL',
  ) {
    this.#killAtExit = () => void this.signal(atExit)
    this.#child = spawn(program, args, { stdio, env, detached: HAS_GROUPS })
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#startError = error
        resolve(127)
      })
      this.#child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : exitCodeOf(signal))))
    })
    void this.exited.then(() => {
      this.#hasExited = true
      if (!this.signal(0)) this.#forget()
    })
    // A group of its own would outlive us.
    process.once('exit', this.#killAtExit)
  }

  /** Why it could not be started, if so. */
  get startError(): NodeJS.ErrnoException | undefined {
    return this.#startError
  }

  /** Whether the program has exited; what it started may still be there. */
  get hasExited(): boolean {
    return this.#hasExited
  }

  /** What `process.kill()` takes for all of it; `undefined` where it was not started. */
  get id(): number | undefined {
    const { pid } = this.#child
    if (pid === undefined) return undefined
    return HAS_GROUPS ? -pid : pid
  }

  /** Sends a signal to all of it. @returns `false` when nothing is left of it. */
  signal(signal: NodeJS.Signals | 0): boolean {
    const { id } = this
    if (id === undefined || this.#isGone) return false
    if (!HAS_GROUPS) return this.#child.kill(signal)
    try {
      return process.kill(id, signal)
    } catch {
      // ESRCH: the last of the group is gone.
      return false
    }
  }

  /** Nothing is left of it: its number may soon be that of another process. */
  #forget(): void {
    this.#isGone = true
    process.removeListener('exit', this.#killAtExit)
  }

  /**
   * Ends all of it: with `signal` first, killed where that has not helped after `killAfterMs`.
   *
   * @returns its exit code.
   */
  async stop(signal: NodeJS.Signals, killAfterMs: number): Promise<number> {
    const deadline = Date.now() + killAfterMs
    for (let isThere = this.signal(signal); isThere; isThere = this.signal(0)) {
      if (Date.now() > deadline) {
        this.signal('SIGKILL')
        break
      }
      await sleep(POLL_MS)
    }
    const code = await this.exited
    this.#forget()
    return code
  }
}
