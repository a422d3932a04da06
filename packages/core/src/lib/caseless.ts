/**
 * Comparing e-mail addresses and domains without regard to letter case.
 *
 * @module
 */

const KELVIN = '\u212A'

/**
 * A text in lower case, to be compared with another. `toLowerCase()` turns U+212A, the Kelvin sign, into an ordinary
 * `k`: `\u212Aevin@example.com` would be let in as `kevin@example.com`. It stays what it is, and is no `k`.
 */
export function caseless(text: string): string {
  if (!text.includes(KELVIN)) return text.toLowerCase()
  return text
    .split(KELVIN)
    .map((part) => part.toLowerCase())
    .join(KELVIN)
}
