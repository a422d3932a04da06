/**
 * The functions of an app that is configured by its environment alone.
 *
 * @module
 */

import type { User } from '@cognito-auth/core'
import { createRemixAuth, type RemixAuth } from './remix-auth.js'

let made: RemixAuth | undefined

/**
 * Made on first use: bundlers import modules at build time, where no variable is set. A wrong environment throws on
 * each request, and nobody comes in.
 */
function auth(): RemixAuth {
  made ??= createRemixAuth()
  return made
}

/**
 * The user of a request, who may come in; configured by the environment.
 *
 * @throws {Response} 302, 401, 403 or 503 for everybody else.
 * @throws {ConfigurationError} when the environment is wrong: it names the variable.
 */
export async function requireUser(request: Request): Promise<User> {
  return await auth().requireUser(request)
}

/**
 * The user of a request, or `null` where nobody is signed in; configured by the environment.
 *
 * @throws {Response} 302, 401, 403 or 503 for bad tokens, and for users who may not come in.
 * @throws {ConfigurationError} when the environment is wrong.
 */
export async function getUser(request: Request): Promise<User | null> {
  return await auth().getUser(request)
}

/**
 * The user of a request, a member of at least one of the groups; configured by the environment.
 *
 * @throws {Response} 302, 401, 403 or 503 for everybody else.
 * @throws {ConfigurationError} when the environment is wrong.
 */
export async function requireGroups(request: Request, ...groups: string[]): Promise<User> {
  return await auth().requireGroups(request, ...groups)
}

/**
 * The user of a request, an app admin or platform admin; configured by the environment.
 *
 * @throws {Response} 302, 401, 403 or 503 for everybody else.
 * @throws {ConfigurationError} when the environment is wrong.
 */
export async function requireAdmin(request: Request): Promise<User> {
  return await auth().requireAdmin(request)
}

/**
 * The answer that signs out; configured by the environment (`COGNITO_AUTH_DOMAIN`, `COGNITO_AUTH_LOGOUT_URLS`).
 *
 * @throws {Response} 500 when `returnTo` is not on the list, or logout is not configured.
 * @throws {ConfigurationError} when the environment is wrong.
 */
export async function logout(
  request: Request,
  options: { readonly returnTo?: string | undefined } = {},
): Promise<Response> {
  return await auth().logout(request, options)
}
