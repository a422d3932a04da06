#!/usr/bin/env node
/**
 * The command `local-alb`.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { exitCodeOf } from '@cognito-auth/http-kit/child-process'
import { outliveReaders } from '@cognito-auth/http-kit/output'
import { managerGone } from '../app/parent.js'
import { importModule } from './config-file.js'
import { mergeEnvironment, shellLines } from '../app/environment.js'
import { attack, attackHooks, checkAttackFlags } from './attack.js'
import { type Flags, parseFlags, readOptions } from './flags.js'
import { sayHooks, sayReady } from './say.js'
import { watchFiles } from './watch.js'
import { HELP } from './help.js'
import type { LambdaHandler } from '../options/lambda-handler.js'
import { environmentWithoutApp, type LocalAlb, start, type StartHooks } from '../local-alb.js'
import { UsageError } from '../options/options.js'
import { LocalAlbError } from '../options/users.js'

/** Whatever asks a program to end: Ctrl-C, Ctrl-\, Ctrl-Break, a closed terminal, `kill`, and nodemon's way. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGBREAK'] as const

/** Loads the handler of a module once the environment is known, as a function's is. */
function lambdaFrom(path: string): NonNullable<StartHooks['loadLambda']> {
  return async (env) => {
    Object.assign(process.env, mergeEnvironment(env, process.env))
    const module = await importModule(path)
    if (typeof module['handler'] !== 'function') throw new UsageError(`file ${path} must export a function "handler"`)
    return module['handler'] as LambdaHandler
  }
}

/** The first signal that asks this process to end. */
async function asked(): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
    let isStopping = false
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        // Asked a second time, it does not wait for the app any longer, which is killed with us.
        if (isStopping) process.exit(exitCodeOf(signal))
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

/** Attacks the app, unless this process is asked to end before. */
async function attackAndStop(
  alb: LocalAlb,
  values: Flags['values'],
  stopping: Promise<NodeJS.Signals>,
): Promise<number> {
  try {
    const code = await Promise.race([attack(alb, values), stopping])
    return typeof code === 'number' ? code : exitCodeOf(code)
  } finally {
    await alb.stop()
  }
}

async function main(): Promise<number> {
  const flags = parseFlags(process.argv.slice(2))
  const { values } = flags
  if (values.help || values.version) {
    process.stdout.write(values.help ? HELP : `${version()}\n`)
    return 0
  }
  checkAttackFlags(values)
  const options = await readOptions(flags)
  const { target, command, lambda: handler } = options
  if (values['print-env'] && values.lambda === undefined && (target ?? command ?? handler) === undefined) {
    process.stdout.write(shellLines(environmentWithoutApp(options)))
    return 0
  }
  const stopping = Promise.race([asked(), managerGone().then(() => 'SIGTERM' as const)])
  const hooks = {
    ...(values.attack ? attackHooks(values) : sayHooks(values)),
    ...(values.lambda !== undefined && { loadLambda: lambdaFrom(values.lambda) }),
  }
  // No page is opened while an app is attacked, so its port may be whichever is free.
  const started = start(values.attack ? { port: 0, ...options } : options, hooks)
  const alb = await Promise.race([started, stopping])
  if (typeof alb === 'string') process.exit(exitCodeOf(alb))
  if (values.attack) return await attackAndStop(alb, values, stopping)
  sayReady(alb, values, { version: version(), command: command?.join(' ') })
  watchFiles(alb, values)
  if (values['print-env']) process.stdout.write(shellLines(alb.env))
  const end = await (alb.appExited === undefined ? stopping : Promise.race([stopping, alb.appExited]))
  await alb.stop(typeof end === 'string' ? end : undefined)
  if (typeof end === 'number') {
    process.stderr.write(`local-alb: the app exited with code ${end}\n`)
    return end
  }
  return (await alb.appExited) ?? exitCodeOf(end)
}

outliveReaders()
try {
  process.exitCode = await main()
} catch (error) {
  // What a person can mend is a sentence; the rest is a bug of ours and keeps its stack.
  if (!(error instanceof LocalAlbError)) throw error
  process.stderr.write(`local-alb: ${error.message}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
