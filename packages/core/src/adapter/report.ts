/**
 * Warns of what a 500 hides: the client learns nothing of it, and the operator needs the sentence.
 *
 * @module
 */

import { BoundedMap } from '../lib/memory/bounded-map.js'
import { isCognitoAuthError } from '../errors.js'
import { shared } from '../lib/process/shared.js'

/** Once for each sentence: a wrong option fails every request. */
const reported = shared('reported', () => new BoundedMap<true>(100))

function kindOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error
}

/** Our own messages are safe to log; what others threw may hold anything, so only its class is told. */
export function describeError(error: unknown): string {
  if (isCognitoAuthError(error)) return error.message
  const cause = error instanceof Error && error.cause !== undefined ? `, caused by ${kindOf(error.cause)}` : ''
  return `unexpected ${kindOf(error)}${cause}`
}

/**
 * Warns of an error that no caller gets.
 *
 * @param what What came of it.
 */
export function warnOnce(error: unknown, what = 'A request was answered with 500'): void {
  const sentence = `${what}: ${describeError(error)}`
  if (reported.get(sentence) === true) return
  reported.set(sentence, true)
  process.emitWarning(sentence, {
    type: 'CognitoAuthWarning',
    code: 'COGNITO_AUTH_FAULT',
  })
}
