/**
 * Express middleware for apps behind an AWS Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

export { cognitoAuth, getUser } from './cognito-auth.js'
export type { CognitoAuthUser, ExpressAuth, ExpressAuthOptions, ProtectOptions } from './cognito-auth.js'
export type { OnError } from './on-error.js'
