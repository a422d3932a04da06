/**
 * Signing out behind a load balancer: its session cookies and the identity provider's session both have to go.
 *
 * @module
 */

import { ConfigurationError } from './errors.js'
import { type HeadersInput, readHeaders } from './headers.js'
import { optionError, optionName } from './options/names.js'

/** A session is sharded over up to four cookies, 4 K each. */
const SHARDS = 4

/** What logout needs to know. */
export interface LogoutOptions {
  /** Base URL of the user pool's pages. */
  readonly cognitoDomain: string | undefined
  /** Another identity provider's page, with `{returnTo}` where it takes the URL to return to. */
  readonly signOutUrl: string | undefined
  readonly logoutUrls: readonly string[] | undefined
  readonly sessionCookieName: string
}

/** What to answer a person who signs out. */
export interface LogoutAnswer {
  /** Cognito's `/logout`, or `signOutUrl`: send the browser there. */
  readonly location: string
  /** `Set-Cookie` values that expire the load balancer's session cookies: all four, since the app cannot see them. */
  readonly cookies: readonly string[]
}

const RETURN_TO = '{returnTo}'

/** Where the browser is sent, by what is configured; `undefined` where `signOutUrl` takes no URL to return to. */
function returnUrl(options: LogoutOptions, returnTo: string | undefined): string | undefined {
  const { cognitoDomain, signOutUrl, logoutUrls } = options
  if (cognitoDomain === undefined && signOutUrl === undefined) {
    throw optionError(
      'cognitoDomain',
      `is required for logout (or ${optionName('signOutUrl')}, for other identity providers)`,
    )
  }
  if (signOutUrl !== undefined && !signOutUrl.includes(RETURN_TO)) {
    if (returnTo === undefined) return undefined
    throw new ConfigurationError(`returnTo needs ${RETURN_TO} in ${optionName('signOutUrl')}`)
  }
  const [first] = logoutUrls ?? []
  if (first === undefined || logoutUrls === undefined) {
    throw optionError('logoutUrls', 'is required for logout: where people may be sent afterwards')
  }
  if (returnTo !== undefined && !logoutUrls.includes(returnTo)) {
    throw new ConfigurationError(`returnTo is not on the list of ${optionName('logoutUrls')}`)
  }
  return returnTo ?? first
}

/**
 * The app client that a user claims token names, whether it can be verified or not: a person whose session is broken must
 * be able to end it. It decides nothing but which client Cognito's page, on the configured domain, is told.
 */
export function unverifiedClientOf(headers: HeadersInput): string | undefined {
  try {
    const [header = ''] = (readHeaders(headers).oidcData ?? '').split('.', 1)
    const { client } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly client?: unknown }
    return typeof client === 'string' && /^\w{1,128}$/.test(client) ? client : undefined
  } catch {
    // Repeated, or no token at all: there is no client to find.
    return undefined
  }
}

/**
 * Finds what is missing for signing out when the app starts, rather than at the click.
 *
 * @throws {ConfigurationError} when `cognitoDomain` or `logoutUrls` is missing, or `returnTo` is not on the list: no open
 * redirect.
 */
export function checkLogout(options: LogoutOptions, returnTo: string | undefined): void {
  returnUrl(options, returnTo)
}

/**
 * Builds the answer to a sign-out.
 *
 * @param clientId The app client whose session ends.
 * @throws {ConfigurationError} as {@link checkLogout} does, and for Cognito when the client is not configured.
 * @see {@link https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html Logout endpoint}
 */
export function logoutAnswer(options: LogoutOptions, clientId: string | undefined, returnTo?: string): LogoutAnswer {
  const destination = returnUrl(options, returnTo)
  return {
    location: locationOf(options, clientId, destination),
    cookies: Array.from(
      { length: SHARDS },
      (_, shard) =>
        `${options.sessionCookieName}-${shard}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; HttpOnly`,
    ),
  }
}

function locationOf(options: LogoutOptions, clientId: string | undefined, destination: string | undefined): string {
  const { cognitoDomain, signOutUrl } = options
  if (signOutUrl !== undefined) return signOutUrl.replaceAll(RETURN_TO, encodeURIComponent(destination ?? ''))
  if (clientId === undefined || clientId === '') throw optionError('clientId', 'is required for logout')
  const query = new URLSearchParams({ client_id: clientId, logout_uri: destination ?? '' })
  return `${cognitoDomain}/logout?${query.toString()}`
}
