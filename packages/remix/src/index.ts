/**
 * Protects Remix and React Router apps behind an AWS Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

export { getUser, logout, requireAdmin, requireGroups, requireScopes, requireUser } from './from-environment.js'
export type { MiddlewareArgs, UserContext } from './middleware.js'
export { headers } from './refusal-headers.js'
export type { HeadersArgs } from './refusal-headers.js'
export { createRemixAuth } from './remix-auth.js'
export type { RemixAuth, RemixAuthOptions } from './remix-auth.js'
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
export type { OnError, WebRequest } from '@cognito-auth/web'
