/**
 * Arguments in, text and exit code out.
 *
 * @module
 */

import { nearest } from '@cognito-auth/core/inspect'
import { runAudit } from './commands/audit.js'
import { runDoctor } from './commands/doctor.js'
import { runExplain } from './commands/explain.js'
import { EXIT, type Outcome, UsageError } from './outcome.js'
import { printable } from './printable.js'
import { type CommandName, COMMANDS, shortUsage, USAGE } from './usage.js'
import { version } from './version.js'

function isCommand(text: string | undefined): text is CommandName {
  return text !== undefined && Object.hasOwn(COMMANDS, text)
}

async function dispatch(command: string | undefined, args: readonly string[]): Promise<Outcome> {
  if (command === undefined) throw new UsageError('Missing command')
  if (!isCommand(command)) {
    const meant = nearest(command, [...Object.keys(COMMANDS), 'help'])
    throw new UsageError(`Unknown command '${command}'. Did you mean '${meant}'?`)
  }
  if (command === 'explain') return await runExplain(args)
  return command === 'doctor' ? await runDoctor(args) : runAudit(args)
}

async function outcomeOf(args: readonly string[]): Promise<Outcome> {
  const [command, ...rest] = args
  // What follows `--` is no option.
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  if (command === 'help' || options.some((arg) => arg === '--help' || arg === '-h')) {
    return { exitCode: EXIT.ok, stdout: USAGE, stderr: '' }
  }
  if (options.includes('--version')) return { exitCode: EXIT.ok, stdout: `${version()}\n`, stderr: '' }
  try {
    return await dispatch(command, rest)
  } catch (error) {
    if (error instanceof UsageError) {
      const usage = shortUsage(isCommand(command) ? command : undefined)
      return { exitCode: EXIT.usage, stdout: '', stderr: `${usage}\n${error.message}\n` }
    }
    // A bug of ours keeps its stack. Node's own exit code for it would be 1: denied.
    const stack = error instanceof Error ? error.stack : String(error)
    return { exitCode: EXIT.bug, stdout: '', stderr: `${stack}\n` }
  }
}

/**
 * Runs the command.
 *
 * @param args What follows the command's name.
 */
export async function run(args: readonly string[]): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await outcomeOf(args)
  return { exitCode, stdout: printable(stdout), stderr: printable(stderr) }
}
