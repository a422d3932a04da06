/**
 * Where the sign-in pages of a user pool are: the option `cognitoDomain`.
 *
 * @module
 */

import { isLoopback, parseUrl, plainBase } from '../lib/text/urls.js'
import { optionError } from './names.js'

function isRoot(url: URL): boolean {
  return url.protocol === 'https:' && url.pathname === '/'
}

/**
 * The base URL of the user pool's sign-in pages, from a host or a URL.
 *
 * @throws {ConfigurationError} when it is neither; plain http and a path are for a local ALB only.
 */
export function cognitoBase(domain: string): string {
  const url = parseUrl(domain.includes('://') ? domain : `https://${domain}`)
  const base = url && plainBase(url)
  // Cognito has its pages at the root; a local ALB has its own below a path, over plain http.
  if (base !== undefined && url !== undefined && !isLoopback(url) && !/[^.]\.[^.]/.test(url.hostname)) {
    throw optionError(
      'cognitoDomain',
      'is the prefix only: append .auth.REGION.amazoncognito.com, as in my-app.auth.eu-west-2.amazoncognito.com',
    )
  }
  const isSafe = url !== undefined && (isLoopback(url) ? /^https?:$/.test(url.protocol) : isRoot(url))
  if (base !== undefined && isSafe) return base
  throw optionError(
    'cognitoDomain',
    'must be the host of the user pool, such as my-app.auth.eu-west-2.amazoncognito.com',
  )
}
