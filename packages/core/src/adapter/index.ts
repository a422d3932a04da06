/**
 * What adapters for web frameworks share. For adapter authors; apps import `@cognito-auth/core`.
 *
 * @module
 */

export { answerTo, isNavigation, problemHeaders, problemOf } from './answer.js'
export type { Answer, AnswerableRequest, ProblemDocument } from './answer.js'
export { createBypass, normalisePath } from './bypass.js'
export type { Bypass } from './bypass.js'
export { isCognitoAuth } from '../cognito-auth.js'
export { isCognitoAuthError } from '../errors.js'
export { isDevelopment, productionMode } from '../lib/is-development.js'
export { refuseUnknown } from '../lib/schema.js'
export { checkGroups, createAuth, refuseArguments, RequestAuth, requireUserOf, userOf } from './request-auth.js'
export { describeFault, reportFault } from './report.js'
