/**
 * The behaviour table that every adapter is held to. For authors of adapters.
 *
 * @module
 */

export { behaviourRows, REDIRECT_URL } from './rows.js'
export type { AppVariant, BehaviourRow, Expected } from './rows.js'
export { differencesOf, runRow } from './run-row.js'
export { sendRaw } from './send.js'
export type { RawRequest, RawResponse } from './send.js'
