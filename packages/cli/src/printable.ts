/**
 * Makes text from files and the environment safe to print in a terminal.
 *
 * @module
 */

/** C0, DEL and C1 control characters, which terminals obey, and those that turn the direction of text. */
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/gu

/** Control characters but newline and tab, as escapes: a group may be called `\u001b[2J`. */
export function printable(text: string): string {
  return text.replaceAll(
    UNPRINTABLE,
    (found) => String.raw`\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}
