/**
 * Protects a Lambda function that is the target of an AWS Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

export type { Demands } from './demands.js'
export type { AlbEvent } from './event.js'
export { createLambdaAuth } from './lambda-auth.js'
export type { HandlerInput, LambdaAuth, LambdaAuthOptions, OnError } from './lambda-auth.js'
export type { AlbResult } from './result.js'
export {
  AccessDeniedError,
  AuthenticationError,
  Authoriser,
  CognitoAuth,
  CognitoAuthError,
  ConfigurationError,
  ConfigUnavailableError,
  ExpiredTokenError,
  InsufficientScopeError,
  InvalidTokenError,
  KeysUnavailableError,
  MissingTokenError,
} from '@cognito-auth/core'
export type { CognitoAuthOptions, Decision, ErrorCode, ErrorPage, InvalidTokenReason, User } from '@cognito-auth/core'
