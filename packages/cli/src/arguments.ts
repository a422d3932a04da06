/**
 * Reads what was typed.
 *
 * @module
 */

import { parseArgs, type ParseArgsConfig } from 'node:util'
import { nearest } from '@cognito-auth/core/inspect'
import { UsageError } from './outcome.js'

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ options: O; strict: true; allowPositionals: true }>>

/**
 * Options of a command, by name, and what else was typed.
 *
 * @throws {UsageError} for an option that there is not, or one without its value.
 */
export function parse<const O extends Options>(
  args: readonly string[],
  options: O,
  allowPositionals = false,
): Parsed<O> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals }) as Parsed<O>
  } catch (cause) {
    // parseArgs throws TypeErrors for what was typed; anything else is no mistake of the caller.
    if (!(cause instanceof TypeError)) throw cause
    const unknown = /^Unknown option '(?<name>-[^' ]*)/.exec(cause.message)?.groups?.['name']
    if (unknown === undefined) throw new UsageError(cause.message, { cause })
    const meant = nearest(unknown, Object.keys(options))
    throw new UsageError(`Unknown option '${unknown}'. Did you mean '--${meant}'?`, { cause })
  }
}

/** Lists may be given whole, in parts, or both: `--groups a,b --groups c`. */
export function listOf(texts: readonly string[]): string[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
