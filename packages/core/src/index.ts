/**
 * Verifies the tokens that an AWS Application Load Balancer puts on each request, and decides who is allowed.
 *
 * @module
 */

export { Authoriser } from './authoriser.js'
export type { AuthoriseOptions, AuthoriserOptions, RefreshOptions } from './authoriser.js'
export { closeAtExpiry, EXPIRED_CLOSE_CODE } from './close-at-expiry.js'
export type { ClosableSocket, DisconnectableSocket, Expirable, StreamedResponse } from './close-at-expiry.js'
export { CognitoAuth } from './cognito-auth.js'
export type { CognitoAuthOptions } from './cognito-auth-options.js'
export type { AccessLists } from './config/auth-config.js'
export type { ConfigSource } from './config/config-source.js'
export { httpSource } from './config/http-source.js'
export type { HttpSourceOptions, SourceHeaders } from './config/http-source.js'
export type { SecretsClient } from './config/secret-source.js'
export type { Decision, DecisionReason, RuleDetailCode, RuleResult } from './decision.js'
export type { ErrorPage } from './error-page.js'
export {
  AccessDeniedError,
  AuthenticationError,
  CognitoAuthError,
  ConfigUnavailableError,
  ConfigurationError,
  ExpiredTokenError,
  InsufficientScopeError,
  InvalidTokenError,
  KeysUnavailableError,
  MissingTokenError,
} from './errors.js'
export type { ErrorCode, InvalidTokenReason } from './errors.js'
export type {
  AuthenticatedEvent,
  AuthorisedEvent,
  CognitoAuthEvents,
  ConfigEvent,
  DeniedEvent,
  KeysEvent,
  RejectedEvent,
} from './events.js'
export { ACCESS_TOKEN_HEADER, IDENTITY_HEADER, OIDC_DATA_HEADER } from './headers.js'
export type { HeadersInput } from './headers.js'
export type { LogoutAnswer } from './logout.js'
export { createMockUser } from './dev/mock-user.js'
export type { MockUserProfile } from './dev/mock-user.js'
export { allOf, anyOf, not } from './rules/combine.js'
export { clientRule } from './rules/client-rule.js'
export { domainRule, emailRule } from './rules/email-rule.js'
export { groupRule } from './rules/group-rule.js'
export type { Rule, RuleContext } from './rules/rule.js'
export type { Claims, JwsHeader, User } from './user-type.js'
export type { ExpectedAccessToken } from './verifier/checks/access-token.js'
export type { AlbToken } from './verifier/checks/alb-token.js'
export type { BearerOptions } from './verifier/policy/bearer-options.js'
export type { TokenVerifierOptions } from './verifier/policy/options.js'
export { TokenVerifier } from './verifier/token-verifier.js'
export type { VerifiedTokensOfRequest } from './verifier/memory/remembered.js'
export type { RequestTokens } from './verifier/token-verifier.js'
