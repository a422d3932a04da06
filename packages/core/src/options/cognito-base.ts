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

function isAddress(url: URL): boolean {
  return url.hostname.startsWith('[') || /^[\d.]+$/.test(url.hostname)
}

/** Whether the host has no dot, as it was written: `new URL()` makes an IPv4 address of a prefix that is a number, such as `2024`. */
function isPrefix(domain: string, url: URL): boolean {
  if (url.hostname === 'localhost' || url.hostname.startsWith('[')) return false
  const [host = ''] = domain.replace(/^.*?:\/\//, '').split(/[/\\?#]/)
  return !/[^.]\.[^.]/.test(host)
}

/**
 * The base URL of the user pool's sign-in pages, from a host or a URL.
 *
 * @throws {ConfigurationError} when it is neither; plain http, a path and an IP address are for a local ALB only.
 */
export function cognitoBase(domain: string): string {
  const url = parseUrl(domain.includes('://') ? domain : `https://${domain}`)
  const base = url && plainBase(url)
  // Cognito has its pages at the root; a local ALB has its own below a path, over plain http.
  if (base !== undefined && url !== undefined && isPrefix(domain, url)) {
    throw optionError(
      'cognitoDomain',
      'is the prefix only: append .auth.REGION.amazoncognito.com, as in my-app.auth.eu-west-2.amazoncognito.com',
    )
  }
  const isSafe =
    url !== undefined && (isLoopback(url) ? /^https?:$/.test(url.protocol) : isRoot(url) && !isAddress(url))
  if (base !== undefined && isSafe) return base
  throw optionError(
    'cognitoDomain',
    'must be the host of the user pool, such as my-app.auth.eu-west-2.amazoncognito.com',
  )
}
