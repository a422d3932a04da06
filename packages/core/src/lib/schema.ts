/**
 * How objects that people write are checked, and how what is wrong with them is said.
 *
 * @module
 */

import * as v from 'valibot'
import { ConfigurationError } from '../errors.js'
import { nearest } from './text/suggest.js'

/**
 * Whether these are options as a person writes them. Members that an object inherits would be overlooked, `clientId`
 * among them, and an instance of some class would be read as no options at all.
 */
export function isPlainObject(given: unknown): given is object {
  if (typeof given !== 'object' || given === null) return false
  const prototype: unknown = Object.getPrototypeOf(given)
  // Not compared with this realm's `Object.prototype`: test runners have more than one.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * Refuses members that are not known: `clientID` must not silently open an app.
 *
 * @throws {ConfigurationError} naming the unknown member and the nearest known one; for what is not a plain object.
 */
export function refuseUnknown(given: object, known: readonly string[], what: string): void {
  if (!isPlainObject(given)) throw new ConfigurationError(`${what} takes its options as a plain object`)
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    throw new ConfigurationError(`${what}: Unknown option '${name}'. Did you mean '${nearest(name, known)}'?`)
  }
}

/**
 * Refuses members that are written and `undefined`, of a variable that is misspelt: of what narrows who is allowed, that would be a
 * condition less.
 *
 * @throws {ConfigurationError} naming the first of them.
 */
export function refuseWrittenUndefined(given: object, names: readonly string[], what: string): void {
  for (const name of names) {
    if (Object.hasOwn(given, name) && (given as Readonly<Record<string, unknown>>)[name] === undefined) {
      throw new ConfigurationError(`${what}: ${name} is undefined. Give it a value, or leave it out`)
    }
  }
}

/** An object of these members and nothing else: without a prototype. */
export function ownMembers(members: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.assign(Object.create(null), Object.fromEntries(members)) as Record<string, unknown>
}

/** The same options without what a polluted `Object.prototype` adds (CWE-1321). */
export function ownOptions<Options extends object>(options: Options): Options {
  return ownMembers(Object.entries(options)) as Options
}

/** How a member is named in messages; `place` is where in it the trouble is: `''`, or `[1]`. */
export type NameOf = (member: string, place: string) => string

/**
 * Checks members against a schema. Members that are `undefined` count as left out.
 *
 * @param where Begins the message. @default nothing
 * @throws {ConfigurationError} naming every member that is wrong.
 */
export function checkMembers<const Entries extends v.ObjectEntries>(
  entries: Entries,
  members: object,
  nameOf: NameOf,
  where = '',
): v.InferOutput<v.ObjectSchema<Entries, undefined>> {
  // Own members only, in and out: what an app's polluted Object.prototype has is no option (CWE-1321).
  const present = ownMembers(Object.entries(members).filter(([, value]) => value !== undefined))
  const schema = v.object(ownMembers(Object.entries(entries)) as Entries)
  const result = v.safeParse(schema, present)
  if (result.success) return ownMembers(Object.entries(result.output)) as typeof result.output
  const sentences = result.issues.map((issue) => {
    const [member, ...places] = (issue.path ?? []).map(({ key }) => String(key))
    return `${nameOf(member ?? '', places.map((place) => `[${place}]`).join(''))} ${issue.message}`
  })
  throw new ConfigurationError(where + sentences.join('; '))
}

/** A string that is not empty. */
export const text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'))

/** A string, or a list of strings that is not empty; becomes a list. */
export const texts = v.union(
  [
    v.pipe(
      text,
      v.transform((one) => [one]),
    ),
    v.pipe(v.array(text), v.nonEmpty('must not be an empty list')),
  ],
  'must be a string that is not empty, or a list of such strings',
)

/** A number of seconds, from zero up. */
export const seconds = v.pipe(
  v.number('must be a number of seconds'),
  v.finite('must be a finite number of seconds'),
  v.minValue(0, 'must not be negative'),
)

/** Some function: what it takes and gives cannot be checked. */
export function functionSchema<Type>(): v.GenericSchema<Type> {
  return v.custom<Type>((value) => typeof value === 'function', 'must be a function')
}
