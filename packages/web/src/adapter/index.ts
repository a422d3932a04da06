/**
 * What adapters on Web `Request` and `Response` share. For adapter authors; apps import `@cognito-auth/web`.
 *
 * @module
 */

export { createGate } from '../gate.js'
export type { Gate, GateOptions, ThrowingAuth } from '../gate.js'
export { createProtect } from '../protect.js'
export type { Protect, ProtectOptions } from '../protect.js'
export type { OnError, WebRequest } from '../web-request.js'
