/**
 * The two documents by which MCP clients find out where to sign in.
 *
 * Cognito publishes OpenID Connect discovery only, at a host that is not that of its endpoints, and names no `S256` and no
 * `none` there. So the server of the resource publishes the metadata of the authorisation server (RFC 8414) as well.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CognitoAuth, ConfigurationError } from '@cognito-auth/core'
import { checkScopes, refuseUnknown } from '@cognito-auth/core/adapter'
import { requireBearer } from './require-bearer.js'

/** What is published. */
export interface McpMetadataOptions {
  /** URL of the MCP endpoint, as clients know it: https, or http on this machine. `Host` of a request decides nothing. */
  readonly resource: string
  /** Scopes that clients should ask for. @default those of `bearer.scopes` */
  readonly scopes?: readonly string[]
}

/** Express middleware, and that of everything that is like it. */
export type MetadataMiddleware = (
  req: IncomingMessage & { readonly originalUrl?: string },
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void

const RESOURCE_PATH = '/.well-known/oauth-protected-resource'
const SERVER_PATH = '/.well-known/oauth-authorization-server'

const LOOPBACK = /^(?:localhost|\[::1\]|127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/

function resourceOf(given: unknown): URL {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))
  // A lone `#` is a fragment too. The parser drops it, and mends spaces and backslashes: clients compare it as given.
  const isPlain = url?.username === '' && url.password === '' && /^https?:\/\/[^\s\\#]+$/i.test(String(given))
  if (url !== undefined && isSafe && isPlain) return url
  throw new ConfigurationError(
    'resource must be the URL of the MCP endpoint, such as https://api.example.com/mcp: https, or http on this machine, without fragment or credentials',
  )
}

/** Both documents, by path. */
function documentsOf(auth: CognitoAuth, given: string, scopes: readonly string[]): ReadonlyMap<string, string> {
  const resource = resourceOf(given)
  const { cognitoDomain } = auth
  if (cognitoDomain === undefined) {
    throw new ConfigurationError(
      'mcpMetadata() needs cognitoDomain (COGNITO_AUTH_DOMAIN): where the sign-in pages of the user pool are',
    )
  }
  const scopesSupported = scopes.length > 0 ? { scopes_supported: scopes } : {}
  const ofResource = JSON.stringify({
    // As given: clients compare it with the URL that they were told.
    resource: given,
    authorization_servers: [resource.origin],
    bearer_methods_supported: ['header'],
    ...scopesSupported,
  })
  const [jwksUri] = auth.jwksUrls
  const ofServer = JSON.stringify({
    issuer: resource.origin,
    authorization_endpoint: `${cognitoDomain}/oauth2/authorize`,
    token_endpoint: `${cognitoDomain}/oauth2/token`,
    revocation_endpoint: `${cognitoDomain}/oauth2/revoke`,
    ...(jwksUri !== undefined && { jwks_uri: jwksUri }),
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    ...scopesSupported,
  })
  const path = resource.pathname.replace(/\/$/, '')
  // Clients look below the well-known path first, and then at it (RFC 9728 section 3.1, and the MCP specification).
  return new Map([
    [RESOURCE_PATH, ofResource],
    [`${RESOURCE_PATH}${path}`, ofResource],
    [`${RESOURCE_PATH}${resource.pathname}`, ofResource],
    [SERVER_PATH, ofServer],
  ])
}

/**
 * Express middleware that publishes the metadata of the protected resource (RFC 9728) and of its authorisation server
 * (RFC 8414), for the root of the app. There is no `registration_endpoint`: Cognito registers no clients by itself, so
 * clients must be told the id of an app client.
 *
 * @example
 * ```ts
 * app.use(mcpMetadata(auth, { resource: 'https://api.example.com/mcp' }))
 * ```
 * @throws {ConfigurationError} without `bearer` or `cognitoDomain`; for an unknown option, or a `resource` that is none.
 * @see {@link https://datatracker.ietf.org/doc/html/rfc9728 OAuth 2.0 Protected Resource Metadata}
 */
export function mcpMetadata(auth: CognitoAuth, options: McpMetadataOptions): MetadataMiddleware {
  requireBearer(auth, 'mcpMetadata()')
  refuseUnknown(options, ['resource', 'scopes'], 'mcpMetadata()')
  const scopes =
    'scopes' in options ? checkScopes(options.scopes as readonly string[], auth, 'mcpMetadata()') : auth.bearerScopes
  const documents = documentsOf(auth, options.resource, scopes)
  return (req, res, next) => {
    const [path = ''] = (req.originalUrl ?? req.url ?? '').split('?')
    const body = documents.get(path)
    if (body === undefined) {
      next()
      return
    }
    res.setHeader('access-control-allow-origin', '*')
    if (req.method === 'GET' || req.method === 'HEAD') {
      res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' })
      res.end(req.method === 'HEAD' ? undefined : body)
    } else if (req.method === 'OPTIONS') {
      res.writeHead(204, { 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': '*' }).end()
    } else {
      res.writeHead(405, { allow: 'GET, HEAD, OPTIONS' }).end()
    }
  }
}
