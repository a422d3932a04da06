/**
 * The app as a child process: started with the environment set, waited for, stopped with us.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { LocalAlbError } from './users.js'

/** How long an app may take to listen. */
const START_SECONDS = 60
/** How long an app may take to stop before it is killed. */
const STOP_MS = 5_000

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

/** A running app. */
export class AppProcess {
  readonly #child: ChildProcess
  /** The exit code, or 128 and the signal's number as shells say it. */
  readonly exited: Promise<number>
  #hasExited = false

  /** Starts `command` with its output passed through. */
  constructor(command: readonly string[], env: NodeJS.ProcessEnv) {
    const [program, ...args] = command
    if (program === undefined) throw new LocalAlbError('give the command of the app after --')
    this.#child = spawn(program, args, { stdio: 'inherit', env })
    this.exited = new Promise((resolve) => {
      this.#child.once('error', () => resolve(127))
      this.#child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 143)))
    })
    void this.exited.then(() => (this.#hasExited = true))
  }

  /**
   * Waits until the app listens.
   *
   * @throws {LocalAlbError} when it exits first, or takes longer than a minute.
   */
  async listening(port: number): Promise<void> {
    const deadline = Date.now() + START_SECONDS * 1000
    while (Date.now() < deadline) {
      if (this.#hasExited) throw new LocalAlbError(`the app exited with code ${await this.exited} before it listened`)
      if (await answers(port)) return
      await sleep(100)
    }
    throw new LocalAlbError(`the app does not listen on port ${port}. Does it read PORT? Else use --app-port`)
  }

  /** Stops the app, gently first. */
  async stop(): Promise<void> {
    if (this.#hasExited) return
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    if (!this.#hasExited && this.#child.exitCode === null && this.#child.signalCode === null)
      await once(this.#child, 'exit')
    clearTimeout(timer)
  }
}
