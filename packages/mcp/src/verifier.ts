/**
 * Verifies the bearer tokens of MCP clients.
 *
 * @module
 */

import type { CognitoAuth, User } from '@cognito-auth/core'
import { checkScopes, isCognitoAuthError, refuseUnknown } from '@cognito-auth/core/adapter'
import { type AuthInfo, OAuthError, OAuthErrorCode, type OAuthTokenVerifier } from '@modelcontextprotocol/server'
import { requireBearer } from './require-bearer.js'

/** What a token must be for, besides the option `bearer`. */
export interface McpVerifierOptions {
  /** Scopes that a token must have, each of them. @default those of `bearer.scopes` */
  readonly scopes?: readonly string[]
}

/** Messages for clients: which check failed is for the log of the server. */
const MESSAGES: Readonly<Record<number, string>> = {
  401: 'The access token is missing, invalid or expired',
  403: 'The access token is good, and does not allow this',
}

/** @returns The SDK's error for a refusal; an outage or a wrong configuration stays what it is. */
function refusalOf(error: unknown): unknown {
  if (!isCognitoAuthError(error)) return error
  const { status } = error
  if (status === 401) return new OAuthError(OAuthErrorCode.InvalidToken, MESSAGES[401] ?? '')
  if (status === 403) return new OAuthError(OAuthErrorCode.InsufficientScope, MESSAGES[403] ?? '')
  return error
}

/** The resource that Cognito bound the token to (RFC 8707), where it did so to one. */
function resourceOf({ accessClaims }: User): URL | undefined {
  const { aud } = accessClaims
  const one: unknown = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud
  return typeof one === 'string' && URL.canParse(one) ? new URL(one) : undefined
}

/**
 * Makes the verifier that `requireBearerAuth` of the MCP TypeScript SDK wants. The rules of `auth` are asked as everywhere;
 * the user is at `authInfo.extra.user`. It judges the token only, and none of the request's headers: the listener rule in
 * front of an MCP server is none, or `jwt-validation`.
 *
 * @example
 * ```ts
 * const auth = new CognitoAuth({ userPoolId, bearer: { clientId: 'mcp-client' }, authoriser: null })
 * app.use('/mcp', requireBearerAuth({ verifier: mcpVerifier(auth, { scopes: ['mcp/invoke'] }) }))
 * ```
 * @returns Its `verifyAccessToken` throws an `OAuthError`: `invalid_token` for a token that is rejected, `insufficient_scope`
 * for one that lacks a scope or whose user the rules deny. `KeysUnavailableError`, `ConfigUnavailableError` and
 * `ConfigurationError` pass through.
 * @throws {ConfigurationError} without the option `bearer`; for an unknown option, or scopes that are none.
 */
export function mcpVerifier(auth: CognitoAuth, options: McpVerifierOptions = {}): OAuthTokenVerifier {
  requireBearer(auth, 'mcpVerifier()')
  refuseUnknown(options, ['scopes'], 'mcpVerifier()')
  const scopes = 'scopes' in options ? checkScopes(options.scopes as readonly string[], auth, 'mcpVerifier()') : []
  return {
    async verifyAccessToken(token: string): Promise<AuthInfo> {
      let user: User
      try {
        user = await auth.requireUser({ authorization: `Bearer ${token}` })
      } catch (error) {
        throw refusalOf(error)
      }
      if (!scopes.every((scope) => user.scopes.includes(scope))) {
        throw new OAuthError(OAuthErrorCode.InsufficientScope, MESSAGES[403] ?? '')
      }
      const resource = resourceOf(user)
      return {
        token,
        clientId: user.clientId,
        scopes: [...user.scopes],
        // A verified token has one.
        expiresAt: Math.floor((user.expiresAt?.getTime() ?? 0) / 1000),
        ...(resource && { resource }),
        extra: { user },
      }
    },
  }
}
