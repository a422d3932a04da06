/**
 * Puts together what a plan knows about a resource: values, which of them are unknown, and what those were written as.
 *
 * @module
 */

import { entries, isJsonRecord, type Json, member, members } from '../json-file.js'
import { COMPUTED, record, Unknown, type Value } from '../value.js'
import type { References, Scope } from './references.js'

/** ARNs and ids that resources have already, to their addresses. */
export type Known = ReadonlyMap<string, Unknown>

/** Finds the values of one resource. */
export class ValueReader {
  readonly #references: References
  readonly #scope: Scope
  readonly #known: Known
  readonly #saysUnknown: boolean

  /** @param saysUnknown Whether the plan says which values are unknown; else those that are missing and have references are. */
  constructor(references: References, scope: Scope, known: Known, saysUnknown: boolean) {
    this.#references = references
    this.#scope = scope
    this.#known = known
    this.#saysUnknown = saysUnknown
  }

  /** @param unknown As in `after_unknown`: `true` where the value comes after apply, else in the shape of the value. */
  read(value: Json, unknown: Json | undefined, expression: Json | undefined): Value {
    if (unknown === true) return expression === undefined ? COMPUTED : this.#references.resolve(expression, this.#scope)
    if (!this.#saysUnknown && value === null && member(expression, 'references') !== undefined) {
      return this.#references.resolve(expression, this.#scope)
    }
    if (typeof value === 'string') return this.#known.get(value) ?? value
    if (Array.isArray(value) || Array.isArray(unknown)) {
      return this.#list(entries(value), entries(unknown), expression)
    }
    if (!isJsonRecord(value) && !isJsonRecord(unknown)) return value as null | boolean | number
    return this.#record(value, unknown, expression)
  }

  #list(values: readonly Json[], unknown: readonly Json[], expression: Json | undefined): Value {
    // A list written as one expression: `[aws_security_group.app.id]`. Which entry is which is not said.
    if (member(expression, 'references') !== undefined && unknown.includes(true)) {
      const resolved = this.#references.resolve(expression, this.#scope)
      const known = values.filter((value, index) => value !== null && unknown[index] !== true)
      const missing = resolved.candidates ?? (resolved.identity === undefined ? [] : [resolved])
      const isComplete = missing.length === unknown.filter((one) => one === true).length
      return isComplete ? [...known.map((one) => this.read(one, undefined, undefined)), ...missing] : new Unknown()
    }
    const length = Math.max(values.length, unknown.length)
    return Array.from({ length }, (_, index) =>
      this.read(values[index] ?? null, unknown[index], entries(expression)[index] ?? expression),
    )
  }

  #record(value: Json, unknown: Json | undefined, expression: Json | undefined): Value {
    const missing = this.#saysUnknown ? [] : members(expression)
    const names = new Set([...members(value), ...members(unknown), ...missing].map(([name]) => name))
    return record(
      [...names].map((name) => {
        const read = this.read(member(value, name) ?? null, member(unknown, name), member(expression, name))
        return [name, read] as const
      }),
    )
  }
}
