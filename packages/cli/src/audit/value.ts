/**
 * Values of a template: known ones as JSON has them, and stand-ins for what only a deployment knows.
 *
 * A stand-in may have an identity, so that two mentions of one load balancer are the same although its ARN is not known.
 *
 * @module
 */

/** What is known only after deployment, or not from this file at all. */
export class Unknown {
  /**
   * @param identity The same for two mentions of the same value; `undefined` where that cannot be told.
   * @param resource Id of the resource of this file whose attribute it is.
   * @param candidates What a list is made of, where its members are known and their order is not.
   */
  constructor(
    readonly identity?: string,
    readonly resource?: string,
    readonly candidates?: readonly Unknown[],
  ) {}
}

/** What the provider fills in where nothing is written. */
export const COMPUTED = new Unknown()

/** A string of which parts are unknown: `https://`, a parameter, `/signed-out`. */
export class PartialText {
  constructor(readonly parts: readonly (string | Unknown)[]) {}
}

/** Anything that stands in a template once its functions are evaluated. */
export type Value = null | boolean | number | string | Unknown | PartialText | readonly Value[] | ValueRecord

/** Without a prototype, so that a member called `constructor` is not there unless the template has it. */
export interface ValueRecord {
  readonly [member: string]: Value
}

export function isRecord(value: Value): value is ValueRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof PartialText)
  )
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** `null`, as Terraform writes what is not set, is the same as not being there. */
export function isAbsent(value: Value): value is null {
  return value === null
}

/** A record without a prototype. */
export function record(entries: Iterable<readonly [string, Value]>): ValueRecord {
  const made = Object.create(null) as Record<string, Value>
  for (const [name, value] of entries) made[name] = value
  return made
}

/**
 * A member, `null` where it is not there. Below something unknown everything is unknown.
 *
 * @param path Names of members, and `0` for the only entry of a block as Terraform writes it.
 */
export function at(value: Value, ...path: readonly (string | number)[]): Value {
  let found = value
  for (const step of path) {
    if (found instanceof Unknown || found instanceof PartialText) return new Unknown()
    if (typeof step === 'number') found = isList(found) ? (found[step] ?? null) : null
    else found = isRecord(found) ? (found[step] ?? null) : null
  }
  return found
}

/** Entries of a list; a single value counts as one. `undefined` where the list itself is unknown. */
export function entriesOf(value: Value): readonly Value[] | undefined {
  if (isAbsent(value)) return []
  if (value instanceof Unknown && value.candidates !== undefined) return value.candidates
  if (value instanceof Unknown && value.resource === undefined) return undefined
  return isList(value) ? value : [value]
}

/** What two mentions of the same value have in common; `undefined` where it cannot be told. */
export function identityOf(value: Value): string | undefined {
  if (value instanceof Unknown) return value.identity
  if (value instanceof PartialText) {
    const parts = value.parts.map((part) => (typeof part === 'string' ? part : part.identity))
    return parts.includes(undefined) ? undefined : JSON.stringify(parts)
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** `true` and `"true"` are the same in templates. `undefined`: cannot be known. */
export function booleanOf(value: Value): boolean | undefined {
  if (value instanceof Unknown || value instanceof PartialText) return undefined
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}

/** Numbers, which templates also write as strings. `undefined`: cannot be known, or is none. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

/** A string, where all of it is known. */
export function stringOf(value: Value): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Joins parts to a string, with what is unknown left open. */
export function text(parts: readonly Value[]): Value {
  const flat: (string | Unknown)[] = []
  const pieces = parts.flatMap((one): readonly Value[] => (one instanceof PartialText ? one.parts : [one]))
  for (const part of pieces) {
    const known = part instanceof Unknown ? part : typeof part === 'object' ? new Unknown() : String(part)
    const last = flat.at(-1)
    if (typeof known === 'string' && typeof last === 'string') flat[flat.length - 1] = last + known
    else if (known !== '') flat.push(known)
  }
  if (flat.length === 0) return ''
  if (flat.length === 1) return flat[0] ?? ''
  return new PartialText(flat)
}
