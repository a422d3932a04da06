/**
 * The functions of an app that is configured by its environment alone.
 *
 * @module
 */

import { createRemixAuth, type RemixAuth } from './remix-auth.js'

type Name = 'requireUser' | 'getUser' | 'requireGroups' | 'requireAdmin' | 'requireScopes' | 'logout'

let made: RemixAuth | undefined

/**
 * Made on first use: bundlers import modules at build time, where no variable is set. A wrong environment throws a
 * `ConfigurationError` on each request, and no request is allowed.
 */
function lazily<N extends Name>(name: N): RemixAuth[N] {
  const call = async (...given: readonly unknown[]): Promise<unknown> => {
    made ??= createRemixAuth()
    return await (made[name] as (...args: readonly unknown[]) => Promise<unknown>)(...given)
  }
  return call as RemixAuth[N]
}

/** As {@link RemixAuth.requireUser}, configured by the environment. @throws {ConfigurationError} when that is wrong. */
export const requireUser: RemixAuth['requireUser'] = lazily('requireUser')
/** As {@link RemixAuth.getUser}, configured by the environment. @throws {ConfigurationError} when that is wrong. */
export const getUser: RemixAuth['getUser'] = lazily('getUser')
/** As {@link RemixAuth.requireGroups}, configured by the environment. @throws {ConfigurationError} when that is wrong. */
export const requireGroups: RemixAuth['requireGroups'] = lazily('requireGroups')
/** As {@link RemixAuth.requireAdmin}, configured by the environment. @throws {ConfigurationError} when that is wrong. */
export const requireAdmin: RemixAuth['requireAdmin'] = lazily('requireAdmin')
/** As {@link RemixAuth.requireScopes}, configured by the environment. @throws {ConfigurationError} when that is wrong. */
export const requireScopes: RemixAuth['requireScopes'] = lazily('requireScopes')
/** As {@link RemixAuth.logout}, configured by the environment. @throws {ConfigurationError} when that is wrong. */
export const logout: RemixAuth['logout'] = lazily('logout')
