/**
 * Makes text from files and the environment safe to print in a terminal.
 *
 * @module
 */

/** C0, DEL and C1 control characters, which terminals obey, and those that break lines or turn the direction of text. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/gu

const escaped = (found: string): string => String.raw`\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`

/** Control characters but newline and tab, as escapes: a group may be called `\u001b[2J`. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (found) => (found === '\n' || found === '\t' ? found : escaped(found)))
}

/** Lines of a report, one on each line: a name with a newline in it would write a line of its own, such as `ALLOWED`. */
export function printableLines(lines: readonly string[]): string {
  return `${lines.map((line) => line.replaceAll(UNPRINTABLE, escaped)).join('\n')}\n`
}
