/**
 * An AWS Application Load Balancer with Cognito sign-in, on your desk.
 *
 * @module
 */

export type { SignedIn } from './api.js'
export { FAULTS } from './faults.js'
export type { FaultName } from './faults.js'
export type { LambdaContext, LambdaEvent, LambdaHandler } from './lambda-target.js'
export { startLocalAlb } from './local-alb.js'
export type { LocalAlb } from './local-alb.js'
export type { LocalAlbOptions } from './options.js'
export type { OidcOptions } from './provider.js'
export type { ListenerRule } from './rules.js'
export { DEFAULT_USERS, LocalAlbError } from './users.js'
export type { MockUser } from './users.js'
