/**
 * Koa middleware for apps behind an AWS Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

export { cognitoAuth, getUser } from './cognito-auth.js'
export type { AuthState, KoaAuth, KoaAuthOptions, OnError, ProtectOptions } from './cognito-auth.js'
