/**
 * Protects Remix and React Router apps behind an AWS Application Load Balancer with Cognito sign-in.
 *
 * @module
 */

export { getUser, logout, requireAdmin, requireGroups, requireUser } from './from-environment.js'
export { headers } from './refusal-headers.js'
export type { HeadersArgs } from './refusal-headers.js'
export { createRemixAuth } from './remix-auth.js'
export type { MiddlewareArgs, OnError, RemixAuth, RemixAuthOptions, UserContext } from './remix-auth.js'
