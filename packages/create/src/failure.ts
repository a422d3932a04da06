/**
 * What stops the command with a sentence.
 *
 * @module
 */

/** The command was not understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** It was understood, and cannot be done: exit code 1. Nothing was written. */
export class Failure extends Error {
  override readonly name = 'Failure'
}
