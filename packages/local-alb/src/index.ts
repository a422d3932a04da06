/**
 * An AWS Application Load Balancer with Cognito sign-in, on your desk.
 *
 * @module
 */

export type { AttackOptions, AttackReport, AttackResult } from './attack/attack.js'
export type { SignedIn } from './pages/api.js'
export { FAULTS } from './options/faults.js'
export type { FaultName } from './options/faults.js'
export type { LambdaContext, LambdaEvent, LambdaHandler } from './options/lambda-handler.js'
export { startLocalAlb } from './local-alb.js'
export type { LocalAlb } from './local-alb.js'
export type { LocalAlbOptions } from './options/options.js'
export type { OidcOptions } from './options/oidc-options.js'
export type { ListenerRule } from './options/rules.js'
export { DEFAULT_USERS, LocalAlbError } from './options/users.js'
export type { MockUser } from './options/users.js'
