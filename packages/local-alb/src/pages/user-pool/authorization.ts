/**
 * Requests of the authorize endpoint: the load balancer's own, and those of app clients with PKCE.
 *
 * @see {@link https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html Authorize endpoint}
 * @module
 */

import type { FaultName } from '../../options/faults.js'
import type { MockUser } from '../../options/users.js'
import type { AlbState } from '../../sessions/state.js'
import { CLI_CLIENT_ID, isLoopbackRedirect, parseScopes } from '../../tokens/app-clients.js'

/** What a provider sends back instead of a code (RFC 6749, section 4.1.2.1). */
const FAULT_ERRORS: Partial<Record<FaultName, string>> = { idp_error: 'server_error', idp_denied: 'access_denied' }
/** BASE64URL of a SHA-256 (RFC 7636, section 4.2). */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/

/** A sign-in that may go on: what happens once it is known who signs in. */
export interface Authorization {
  /** Where the browser goes then. */
  finish(user: MockUser, code: string): string
}

/** There is no address to send the browser back to: the page says so. */
export interface Unusable {
  readonly title: string
  readonly sentence: string
}

/** The request cannot be granted, and the client is told so at its own address. */
export interface SentBack {
  readonly location: string
}

function withQuery(uri: string, query: Record<string, string | null>): string {
  const url = new URL(uri)
  for (const [name, value] of Object.entries(query)) if (value !== null) url.searchParams.set(name, value)
  return url.href
}

/** Reads a request of an app client. */
function clientAuthorization(state: AlbState, query: URLSearchParams): Authorization | Unusable | SentBack {
  const redirectUri = query.get('redirect_uri') ?? ''
  // Whoever asks is not known until both hold: nothing is sent to another address.
  if (!isLoopbackRedirect(redirectUri))
    return {
      title: 'Invalid redirect_uri',
      sentence: `redirect_uri of ${CLI_CLIENT_ID} must be an http URL of this machine, such as http://127.0.0.1:8976/callback, without a fragment.`,
    }
  const stateParam = query.get('state')
  const sentBack = (error: string, description: string): SentBack => ({
    location: withQuery(redirectUri, { error, error_description: description, state: stateParam }),
  })
  if (query.get('response_type') !== 'code') return sentBack('unsupported_response_type', 'response_type must be code')
  const challenge = query.get('code_challenge') ?? ''
  if (query.get('code_challenge_method') !== 'S256' || !CHALLENGE.test(challenge))
    return sentBack('invalid_request', 'code_challenge with code_challenge_method S256 is required')
  const scopes = parseScopes(CLI_CLIENT_ID, query.get('scope') ?? 'openid')
  if (scopes === undefined)
    return sentBack('invalid_scope', 'scope must have openid, email, phone, profile, or server/name')
  return {
    finish(user) {
      const error = state.fault && FAULT_ERRORS[state.fault]
      if (error !== undefined) return sentBack(error, `fault ${state.fault ?? ''}`).location
      const nonce = query.get('nonce') ?? undefined
      const code = state.grants.createCode({ user, clientId: CLI_CLIENT_ID, scopes, nonce, redirectUri, challenge })
      return withQuery(redirectUri, { code, state: stateParam })
    },
  }
}

/** Reads a request of the load balancer, which knows its own state. */
function albAuthorization(state: AlbState, given: string): Authorization | Unusable {
  if (!state.signIns.isPending(given))
    return { title: 'Start again', sentence: 'This sign-in was not begun here, or more than 15 minutes ago.' }
  return {
    finish(_user, code) {
      const error = state.fault && FAULT_ERRORS[state.fault]
      const query = new URLSearchParams(error === undefined ? { code, state: given } : { error, state: given })
      return `${state.origins.app}/oauth2/idpresponse?${query.toString()}`
    },
  }
}

/**
 * Reads a request of the authorize endpoint.
 *
 * @param formState `state` of the form, where that was sent; a page without JavaScript may have lost its query.
 */
export function readAuthorization(
  state: AlbState,
  query: URLSearchParams,
  formState?: string | null,
): Authorization | Unusable | SentBack {
  return query.get('client_id') === CLI_CLIENT_ID && state.issuer.provider.userPool !== undefined
    ? clientAuthorization(state, query)
    : albAuthorization(state, formState ?? query.get('state') ?? '')
}
