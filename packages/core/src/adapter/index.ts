/**
 * What adapters for web frameworks share. For adapter authors; apps import `@cognito-auth/core`.
 *
 * @module
 */

export { createBypass } from './bypass.js'
export type { Bypass, IsBypassed } from './bypass.js'
export {
  acceptsHtml,
  errorResponse,
  isNavigation,
  outageResponse,
  problemHeaders,
  problemDetails,
  REASON_HEADER,
} from './error-response.js'
export type { AnswerableRequest, AnswerOptions, ErrorResponse, ProblemDetails } from './error-response.js'
export { asError, createMiddleware } from './middleware.js'
export type { AuthMiddleware, Framework, MakerName, PipelineResponse, ProtectOptions } from './middleware.js'
export { nodeHeader, nodeHeaders } from './node-headers.js'
export { isResponse, ownResponse } from './own-response.js'
export { describeError, warnOnce } from './report.js'
export {
  checkGroups,
  checkScopes,
  createAuth,
  refuseArguments,
  RequestUsers,
  requireUserOf,
  userOf,
} from './request-users.js'
export { isSignOut, signOutResponse } from './sign-out.js'
export type { SignOutResponse } from './sign-out.js'
export { isCognitoAuth } from '../cognito-auth.js'
export { COGNITO_AUTH_OPTIONS } from '../cognito-auth-options.js'
export { renderErrorPage } from '../error-page.js'
export type { ErrorPage, RenderedPage } from '../error-page.js'
export { isCognitoAuthError } from '../errors.js'
export { isDevelopment, productionMode } from '../lib/process/is-development.js'
export { isNormalPath, normalisePath } from '../lib/text/paths.js'
export { ownOptions, refuseUnknown } from '../lib/schema.js'
export { nearest } from '../lib/text/suggest.js'
