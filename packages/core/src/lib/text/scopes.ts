/**
 * Names of OAuth 2.0 scopes.
 *
 * @module
 */

import { ConfigurationError } from '../../errors.js'

/** A scope-token (RFC 6749 section 3.3): what else is in a list of scopes, or in a header that names them, would end it. */
const SCOPE = /^[\u0021\u0023-\u005B\u005D-\u007E]+$/

/**
 * Checks a list of scopes.
 *
 * @param where Begins the message: `requireScopes()`.
 * @throws {ConfigurationError} for an empty list, and for what cannot be a scope: it would never match, or match too much.
 */
export function checkScopes(scopes: readonly string[], where: string): readonly string[] {
  if (!Array.isArray(scopes) || scopes.length === 0) {
    throw new ConfigurationError(`${where} needs at least one scope, such as 'my-api/read'`)
  }
  for (const scope of scopes as readonly unknown[]) {
    if (typeof scope === 'string' && SCOPE.test(scope)) continue
    throw new ConfigurationError(`${where} takes scopes: strings without spaces, quotes or control characters`)
  }
  return Object.freeze([...(scopes as readonly string[])])
}
