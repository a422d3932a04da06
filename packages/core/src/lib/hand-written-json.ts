/**
 * JSON objects that people write by hand, with the mistakes that people make.
 *
 * @module
 */

import { ConfigurationError } from '../errors.js'
import { nameForPeople, nearest } from './suggest.js'

/**
 * Parses a JSON object of known members. Members that begin with `_` are comments, and left out.
 *
 * @param where What it was read from, for messages: `file auth.json`.
 * @param example Such an object.
 * @throws {ConfigurationError} when it is not JSON, not an object, or has an unknown member. Values are never told.
 */
export function parseMembers(json: string, where: string, known: readonly string[], example: string): object {
  let value: unknown
  try {
    // Editors on Windows begin a file with a byte order mark.
    value = JSON.parse(json.replace(/^\uFEFF/, ''))
  } catch {
    // What the parser says quotes the text, which may be a secret.
    throw new ConfigurationError(
      `${where} is not JSON. Look for a missing comma, bracket or quote, or a comma too many`,
    )
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigurationError(`${where} must be a JSON object, such as ${example}`)
  }
  const members = Object.entries(value).filter(([key]) => !key.startsWith('_'))
  for (const [key] of members) {
    if (known.includes(key)) continue
    throw new ConfigurationError(
      `${where} has an unknown key ${nameForPeople(key)}. Did you mean "${nearest(key, known)}"? A comment begins with _`,
    )
  }
  return Object.fromEntries(members)
}
