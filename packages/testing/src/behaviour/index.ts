/**
 * The behaviour table that every adapter is held to. For authors of adapters.
 *
 * @module
 */

export { BehaviourApps, middlewareRows, runUncalled, variantOptions } from './apps.js'
export type { BehaviourApp } from './apps.js'
export { bearerOptions, bearerRows } from './bearer-rows.js'
export { statusOverHttp2 } from './http2.js'
export { makerNames, mistakes, runMistake } from './mistakes.js'
export type { Makers, Mistake } from './mistakes.js'
export { pageRows } from './page-rows.js'
export { localOptions, reasonRows } from './reason-rows.js'
export { polluted } from './polluted.js'
export { REDIRECT_URL } from './row.js'
export type { AppVariant, BehaviourRow, Expected } from './row.js'
export { behaviourRows, handlerRows, rawPathRows } from './rows.js'
export { differencesOf, runRow } from './run-row.js'
export { sendRaw } from './send.js'
export type { RawRequest, RawResponse } from './send.js'
export { EARLIER_COOKIE, earlierCookieRows, logoutRows, signOutOptions, signOutRows } from './sign-out-rows.js'
