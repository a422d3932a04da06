/**
 * Signing out behind a load balancer: its session cookies and Cognito's session both have to go.
 *
 * @module
 */

import { cognitoBase } from './options/auth-options.js'
import { ConfigurationError } from './errors.js'
import { optionError, optionName } from './lib/schema.js'

/** A session is sharded over up to four cookies, 4 K each. */
const SHARDS = 4

/** What logout needs to know. */
export interface LogoutOptions {
  readonly cognitoDomain: string | undefined
  readonly logoutUrls: readonly string[] | undefined
  readonly sessionCookieName: string
}

/** What to answer a person who signs out. */
export interface LogoutAnswer {
  /** Cognito's `/logout`: send the browser there. */
  readonly location: string
  /** `Set-Cookie` values that expire the load balancer's session cookies: all four, since the app cannot see them. */
  readonly cookies: readonly string[]
}

/**
 * Finds a `returnTo` that nobody may be sent to. Without a list there is nothing to compare it with yet: an app may run
 * without signing out, in development mostly.
 *
 * @throws {ConfigurationError} when it is not on the configured list: no open redirect.
 */
export function checkReturnTo(options: LogoutOptions, returnTo: string | undefined): void {
  if (returnTo === undefined || options.logoutUrls === undefined || options.logoutUrls.includes(returnTo)) return
  throw new ConfigurationError(`returnTo is not on the list of ${optionName('logoutUrls')}`)
}

/**
 * Builds the answer to a sign-out.
 *
 * @param clientId The app client whose session ends.
 * @throws {ConfigurationError} when `cognitoDomain`, `logoutUrls` or the client is not configured, or `returnTo` is
 * not on the list.
 * @see {@link https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html Logout endpoint}
 */
export function logoutAnswer(options: LogoutOptions, clientId: string | undefined, returnTo?: string): LogoutAnswer {
  const { cognitoDomain, logoutUrls: [first] = [] } = options
  if (cognitoDomain === undefined) throw optionError('cognitoDomain', 'is required for logout')
  if (first === undefined)
    throw optionError('logoutUrls', 'is required for logout: where people may be sent afterwards')
  checkReturnTo(options, returnTo)
  if (clientId === undefined || clientId === '') throw optionError('clientId', 'is required for logout')
  const query = new URLSearchParams({ client_id: clientId, logout_uri: returnTo ?? first })
  return {
    location: `${cognitoBase(cognitoDomain)}/logout?${query.toString()}`,
    cookies: Array.from(
      { length: SHARDS },
      (_, shard) =>
        `${options.sessionCookieName}-${shard}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; HttpOnly`,
    ),
  }
}
