/**
 * Protects anything on Web `Request` and `Response` behind an AWS Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

export { createWebAuth } from './web-auth.js'
export type { Authenticated, Bypass, Protect, ProtectOptions, WebAuth, WebAuthOptions } from './web-auth.js'
export type { OnError, WebRequest } from './web-request.js'
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
