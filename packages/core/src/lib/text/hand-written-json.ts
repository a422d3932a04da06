/**
 * Hand-written JSON objects, with messages for the mistakes that people make.
 *
 * @module
 */

import { ConfigurationError } from '../../errors.js'
import { nameForPeople, nearest } from './suggest.js'

/** What JSON was read from. */
export interface JsonOrigin {
  /** For messages: `file auth.json`. */
  readonly name: string
  /** Whether its text may not be told: a value may stand where a key belongs. */
  readonly isSecret: boolean
}

/**
 * Parses a JSON object of known members. Members that begin with `_` are comments, and left out.
 *
 * @param origin What it was read from.
 * @param example Such an object.
 * @throws {ConfigurationError} when it is not JSON, not an object, or has an unknown member or one twice. Values are never told.
 */
export function parseMembers(json: string, origin: JsonOrigin, known: readonly string[], example: string): object {
  const { name: where, isSecret } = origin
  const shown = (key: string): string => nameForPeople(key, isSecret ? known : undefined)
  // Editors on Windows begin a file with a byte order mark.
  const text = json.replace(/^\uFEFF/, '')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // What the parser says quotes the text, which may be a secret.
    throw new ConfigurationError(
      `${where} is not JSON. Look for a missing comma, bracket or quote, or a comma too many`,
    )
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigurationError(`${where} must be a JSON object, such as ${example}`)
  }
  const twice = duplicateMember(text)
  if (twice !== undefined) {
    throw new ConfigurationError(`${where} has the key ${shown(twice)} twice in one object. Remove one of them`)
  }
  const members = Object.entries(value).filter(([key]) => !key.startsWith('_'))
  for (const [key, member] of members) {
    if (known.includes(key)) continue
    // What the key/value editor of Secrets Manager makes of a config that is pasted into it.
    if (typeof member === 'string' && /^\s*\{/.test(member)) {
      throw new ConfigurationError(
        `${where} has an unknown key ${shown(key)} whose value is JSON itself: make that JSON the whole text (in the console of Secrets Manager, use the Plaintext tab)`,
      )
    }
    throw new ConfigurationError(
      `${where} has an unknown key ${shown(key)}. Did you mean "${nearest(key, known)}"? A comment begins with _`,
    )
  }
  return Object.fromEntries(members)
}

/** Strings, with the colon that makes a member's name of one, and the braces around members. */
const TOKENS = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}]/g

/**
 * A member that is twice in one object, at any depth: `JSON.parse` takes the last in silence (RFC 8259 section 4), so that
 * a merge gone wrong could open an app.
 *
 * @param json Valid JSON.
 */
function duplicateMember(json: string): string | undefined {
  const open: Set<string>[] = []
  for (const [token, text, colon] of json.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (colon !== undefined) {
      // Escapes make the same name of another text.
      const name: unknown = JSON.parse(`"${text}"`)
      const names = open.at(-1)
      if (typeof name !== 'string' || names === undefined) continue
      if (names.has(name)) return name
      names.add(name)
    }
  }
  return undefined
}
