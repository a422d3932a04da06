/**
 * What there is to know of one option: how it is checked, its environment variable, and how that is read.
 *
 * @module
 */

import type * as v from 'valibot'
import { ConfigurationError } from '../errors.js'
import { environmentVariable } from '../lib/process/process-environment.js'

/** A row of the table of options. */
export interface Option {
  readonly schema: v.GenericSchema<unknown>
  /** Its environment variable. Of two, `A or B`: which of them is read, and how, is not a matter of the table. */
  readonly variable?: string
  /** The plural of that name, which the Python library 0.5.4 and newer reads; it means the same. */
  readonly plural?: string
  /** Reads the variable; `undefined` where it is not set. */
  readonly read?: (option: string, row: Option) => unknown
}

/** The variable of an option: of two names, the one that is set. */
function variableOf({ variable, plural }: Option): string | undefined {
  if (variable === undefined || plural === undefined) return variable
  return environmentVariable(variable) === undefined && environmentVariable(plural) !== undefined ? plural : variable
}

/** An option as a person may have written it: `albArn (COGNITO_AUTH_ALB_ARN)`; `place` is where in it, `[1]`. */
export function nameWithVariable(option: string, row: Option | undefined, place = ''): string {
  const variable = row && variableOf(row)
  return variable === undefined ? option + place : `${option}${place} (${variable})`
}

/** A `ConfigurationError` about one option. */
export function errorOf(option: string, row: Option | undefined, message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    `${nameWithVariable(option, row)} ${message}`,
    cause === undefined ? undefined : { cause },
  )
}

/** The schema of each option of a table. */
export function entriesOf<const Table extends Readonly<Record<string, Option>>>(
  table: Table,
): { readonly [Name in keyof Table]: Table[Name]['schema'] } {
  const entries = Object.entries(table).map(([name, { schema }]) => [name, schema])
  return Object.fromEntries(entries) as { readonly [Name in keyof Table]: Table[Name]['schema'] }
}
