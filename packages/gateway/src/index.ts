/**
 * The checks of `@cognito-auth/core` in front of any app: it verifies, decides, and hands on a clean identity.
 *
 * @module
 */

export {
  AccessDeniedError,
  AuthenticationError,
  Authoriser,
  CognitoAuth,
  CognitoAuthError,
  ConfigurationError,
  ConfigUnavailableError,
  ExpiredTokenError,
  InvalidTokenError,
  KeysUnavailableError,
  MissingTokenError,
} from '@cognito-auth/core'
export type { CognitoAuthOptions, Decision, User } from '@cognito-auth/core'
export type { AssertionOptions } from './identity/assertion.js'
export { startGateway } from './gateway.js'
export type { Gateway } from './gateway.js'
export type { IdentityNames, IdentityPreset } from './identity/header-names.js'
export type { GatewayOptions } from './options/options.js'
