/**
 * How an option is named in messages, and options are checked: by the table, with the variable of each.
 *
 * @module
 */

import type * as v from 'valibot'
import type { ConfigurationError } from '../errors.js'
import { checkMembers, refuseUnknown } from '../lib/schema.js'
import { errorOf, nameWithVariable, type Option } from './option.js'
import { OPTIONS } from './table.js'

const rowOf = (option: string): Option | undefined =>
  Object.hasOwn(OPTIONS, option) ? OPTIONS[option as keyof typeof OPTIONS] : undefined

/** An option as a person may have written it: `albArn (COGNITO_AUTH_ALB_ARN)`; `place` is where in it, `[1]`. */
export function optionName(option: string, place = ''): string {
  return nameWithVariable(option, rowOf(option), place)
}

/** A `ConfigurationError` about one option. */
export function optionError(option: string, message: string, cause?: unknown): ConfigurationError {
  return errorOf(option, rowOf(option), message, cause)
}

/**
 * Checks options against a schema: {@link refuseUnknown} and {@link checkMembers}.
 *
 * @throws {ConfigurationError} naming the options and their variables.
 */
export function parseOptions<const Entries extends v.ObjectEntries>(
  entries: Entries,
  given: object,
  what: string,
): v.InferOutput<v.ObjectSchema<Entries, undefined>> {
  refuseUnknown(given, Object.keys(entries), what)
  return checkMembers(entries, given, optionName)
}
