/**
 * Warnings to those who run the app: an app that starts, and is not what its code seems to say.
 *
 * @module
 */

/** Emits a process warning. Called at start, or once by a guard. */
export function warn(sentence: string, code: string): void {
  process.emitWarning(sentence, { type: 'CognitoAuthWarning', code })
}
