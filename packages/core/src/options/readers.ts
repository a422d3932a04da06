/**
 * How the value of an environment variable is read: as a string, a list, a number or a flag.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'
import { environmentVariable } from '../lib/process/process-environment.js'
import { errorOf, type Option } from './option.js'

/** What a message about a variable begins with, where an option has it. */
function where(option: string | undefined): string {
  return option === undefined ? '' : `${option}: `
}

/**
 * A variable, trimmed.
 *
 * @param option The option that it is of, for messages.
 * @throws {ConfigurationError} when quotes are part of its value: `docker --env-file` keeps them, shells do not.
 */
function read(name: string, option: string | undefined): string | undefined {
  const value = environmentVariable(name)?.trim()
  if (value !== undefined && value.length > 1 && /^(["']).*\1$/s.test(value)) {
    throw new ConfigurationError(
      `${where(option)}${name} begins and ends with a quote, which is part of its value: write it without quotes (docker --env-file keeps them)`,
    )
  }
  return value
}

/**
 * A variable; an empty one counts as not set.
 *
 * @param option The option that it is of, for messages. @default it is of none
 */
export function variable(name: string, option?: string): string | undefined {
  return read(name, option) || undefined
}

function items(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** Whether two lists hold the same, in whatever order. */
function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.every((item) => b.includes(item)) && b.every((item) => a.includes(item))
}

/** A list. An empty variable is an empty list. */
export function listOrEmpty(option: string, { variable, plural }: Option): string[] | undefined {
  const names = [variable, plural].filter((name) => name !== undefined)
  const lists = names.flatMap((name) => {
    const value = read(name, option)
    return value === undefined ? [] : [items(value)]
  })
  const [first = lists[0], second] = lists.filter(({ length }) => length > 0)
  if (first !== undefined && second !== undefined && !isSame(first, second)) {
    throw new ConfigurationError(`${where(option)}${names.join(' and ')} are set to different lists. Unset one of them`)
  }
  return first
}

/** A list that must not be empty: such a one would either accept no token or, taken as "not set", every one. */
export function list(option: string, row: Option): string[] | undefined {
  const found = listOrEmpty(option, row)
  if (found?.length === 0) throw errorOf(option, row, 'is empty. Give it a value, or unset it')
  return found
}

/** A list as {@link list} reads it, of a member of an option. */
export function listOfMember(option: string, row: Option): string[] | undefined {
  const found = listOrEmpty(option, row)
  if (found?.length === 0) {
    throw new ConfigurationError(`${where(option)}${row.variable} is empty. Give it a value, or unset it`)
  }
  return found
}

/** A list of which an empty variable opens nothing: it counts as not set. */
export function listOrNone(option: string, row: Option): string[] | undefined {
  const found = listOrEmpty(option, row)
  return found?.length === 0 ? undefined : found
}

/** A string; an empty variable counts as not set. */
export function text(option: string, row: Option): string | undefined {
  return variable(row.variable ?? '', option)
}

/** Yes or no. */
export function flag(option: string, row: Option): boolean | undefined {
  const value = text(option, row)?.toLowerCase()
  if (value === undefined) return undefined
  if (['true', '1', 'yes'].includes(value)) return true
  if (['false', '0', 'no'].includes(value)) return false
  throw errorOf(option, row, 'must be true or false')
}

/** A number of seconds. */
export function number(option: string, row: Option): number | undefined {
  const value = text(option, row)
  if (value === undefined) return undefined
  const parsed = Number(value)
  if (!Number.isFinite(parsed) || parsed < 0) throw errorOf(option, row, 'must be a number of seconds, 0 or more')
  return parsed
}
