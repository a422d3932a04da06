/**
 * What adapters on Web `Request` and `Response` share. For adapter authors; apps import `@cognito-auth/web`.
 *
 * @module
 */

export { createGate, refuseUnmade } from '../gate.js'
export type { Gate, GateOptions, ThrowingAuth } from '../gate.js'
export { createPassage } from '../protect.js'
export type { Passage } from '../protect.js'
export { isRequest } from '../web-request.js'
export type { OnError, WebRequest } from '../web-request.js'
