/**
 * A file that cannot be audited.
 *
 * @module
 */

/** The message names the file and what is wrong, never what is in it: `JSON.parse` would quote the file. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError'
}
