/**
 * What is said while the load balancer runs: all of it on a terminal, refusals elsewhere, nothing with `--quiet`.
 *
 * @module
 */

import { createWriteStream } from 'node:fs'
import type { LocalAlb, StartHooks } from '../local-alb.js'
import type { Flags } from './flags.js'
import { paintFor } from './paint.js'
import { banner, isWorthALine, keysLine, requestLine, takeKeys } from './terminal.js'

type Values = Flags['values']

const isWatched = (): boolean => process.stderr.isTTY === true
/** Keys are for a person at a terminal; the app then reads nothing from it. */
const hasKeys = (values: Values): boolean => !values.quiet && isWatched() && process.stdin.isTTY === true

/** Where lines of the access log go. */
function accessLog(path: string): (line: string) => void {
  if (path === '-') return (line) => void process.stdout.write(line)
  const stream = createWriteStream(path, { flags: 'a' })
  stream.once('error', ({ message }) =>
    process.stderr.write(`local-alb: the access log cannot be written: ${message}\n`),
  )
  return (line) => void stream.write(line)
}

/** What the load balancer is started with. */
export function sayHooks(values: Values): StartHooks {
  const paint = paintFor(process.stderr)
  const log = values['access-log'] === undefined ? undefined : accessLog(values['access-log'])
  return {
    ...(hasKeys(values) && { stdin: 'pipe' }),
    onPortTaken(sentence, port) {
      if (!values.quiet) process.stderr.write(`local-alb: ${sentence} Using ${port}.\n`)
    },
    ...(log !== undefined && { onAccessLine: (line) => log(`${line}\n`) }),
    onRequest(record) {
      if (!values.quiet && (isWatched() || isWorthALine(record))) process.stderr.write(requestLine(record, paint))
    },
  }
}

/** Says that it runs, and where. */
export function sayReady(alb: LocalAlb, values: Values, facts: { version: string; command: string | undefined }): void {
  if (values.quiet) return
  if (!isWatched()) {
    process.stderr.write(`Local load balancer on ${alb.url} (requests and faults: ${alb.url}/_local-alb)\n`)
    return
  }
  const paint = paintFor(process.stderr)
  process.stderr.write(banner(alb, facts, paint))
  if (!hasKeys(values)) return
  process.stderr.write(keysLine(paint))
  takeKeys(alb, () => process.kill(process.pid, 'SIGINT'))
}
