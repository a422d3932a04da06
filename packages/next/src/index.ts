/**
 * Protects Next.js apps (App Router) behind an AWS Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

export { createNextAuth } from './next-auth.js'
export type { NextAuth, RouteInput, RouteParams } from './next-auth.js'
export type { NextAuthOptions } from './options.js'
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
