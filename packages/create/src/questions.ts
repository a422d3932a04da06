/**
 * Asks for what no flag said.
 *
 * @module
 */

import { isCancel, select, text } from '@clack/prompts'
import { Failure } from './failure.js'
import { checkName } from './project-name.js'
import { type TemplateName, TEMPLATES } from './template.js'

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new Failure('Cancelled: nothing was written')
  return answer as Exclude<T, symbol>
}

/** What is wrong with a name, for the prompt. */
function problemOf(name: string): string | undefined {
  try {
    checkName(name)
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
}

/** @throws {Failure} when the person gives up. */
export async function askName(byDefault: string): Promise<string> {
  const validate = (name: string | undefined): string | undefined =>
    problemOf(name === undefined || name === '' ? byDefault : name)
  return answered(await text({ message: 'Name of the app', placeholder: byDefault, defaultValue: byDefault, validate }))
}

/** @throws {Failure} when the person gives up. */
export async function askTemplate(): Promise<TemplateName> {
  const options = Object.entries(TEMPLATES).map(([value, label]) => ({ value: value as TemplateName, label }))
  return answered(await select({ message: 'Template', options }))
}
