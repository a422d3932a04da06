/**
 * NestJS guard, decorators and module for apps behind an AWS Application Load Balancer with Cognito sign-in.
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
export type { CognitoAuthOptions, Decision, ErrorCode, ErrorPage, InvalidTokenReason, User } from '@cognito-auth/core'
export type { AccessDecorator } from './access/access.js'
export { AuthUser, OptionalAuth, Public, RequireAdmin, RequireGroups, RequireScopes } from './decorators.js'
export type { AuthUserDecorator } from './decorators.js'
export { CognitoAuthGuard } from './guard.js'
export { CognitoAuthModule } from './module.js'
export type { CognitoAuthModuleAsyncOptions, CognitoAuthModuleOptions, CognitoAuthOptionsFactory } from './module.js'
