/**
 * Koa middleware for apps behind an AWS Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

export {
  AccessDeniedError,
  AuthenticationError,
  Authoriser,
  closeAtExpiry,
  CognitoAuth,
  CognitoAuthError,
  ConfigUnavailableError,
  ConfigurationError,
  ExpiredTokenError,
  InsufficientScopeError,
  InvalidTokenError,
  KeysUnavailableError,
  MissingTokenError,
} from '@cognito-auth/core'
export type {
  CognitoAuthOptions,
  Decision,
  ErrorCode,
  ErrorPage,
  HeadersInput,
  InvalidTokenReason,
  User,
} from '@cognito-auth/core'
export { cognitoAuth, getUser } from './cognito-auth.js'
export type { AuthState, KoaAuth, KoaAuthOptions, OnError, ProtectOptions } from './cognito-auth.js'
