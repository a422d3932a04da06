#!/usr/bin/env node
/**
 * The command `gateway`.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { isCognitoAuthError } from '@cognito-auth/core/adapter'
import { exitCodeOf } from '@cognito-auth/http-kit/child-process'
import { outliveReaders } from '@cognito-auth/http-kit/output'
import { readFlags, UsageError } from './flags.js'
import { type Gateway, startGateway } from '../gateway.js'
import { HELP } from './help.js'

/** Whatever asks a program to end: Ctrl-C, Ctrl-\, Ctrl-Break, a closed terminal, `kill`. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK'] as const

/** The first signal that asks this process to end. A second one ends the app at once. */
async function asked(onSecond: () => void): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
    let isStopping = false
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (isStopping) return onSecond()
        isStopping = true
        resolve(signal)
      })
    }
  })
}

/** The version of this package. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return String((manifest as { readonly version: unknown }).version)
}

async function main(): Promise<number> {
  const options = readFlags(process.argv.slice(2))
  if (options === 'help' || options === 'version') {
    process.stdout.write(options === 'help' ? HELP : `${version()}\n`)
    return 0
  }
  let gateway: Gateway | undefined
  const stopping = asked(() => gateway?.kill())
  const started = await Promise.race([startGateway(options), stopping])
  // Nothing has begun that would have to end in order; what was started is ended with this process.
  if (typeof started === 'string') process.exit(exitCodeOf(started))
  gateway = started
  process.stderr.write(`gateway: listening on ${gateway.url}\n`)
  const end = await (gateway.appExited === undefined ? stopping : Promise.race([stopping, gateway.appExited]))
  if (typeof end === 'string') return await gateway.stop(end)
  process.stderr.write(`gateway: the app ended with exit code ${end}\n`)
  gateway.kill()
  return end
}

/** What a person can mend is a sentence; the rest is a fault of ours and keeps its stack. */
function exitCodeOfError(error: unknown): number {
  const isUsage = error instanceof UsageError
  if (!isUsage && !isCognitoAuthError(error)) throw error
  process.stderr.write(`gateway: ${error.message}\n`)
  return isUsage ? 2 : 1
}

outliveReaders()
const exitCode = await main().catch(exitCodeOfError)
// Access log lines may wait for a slow reader; nothing else does.
process.stdout.write('', () => process.exit(exitCode))
