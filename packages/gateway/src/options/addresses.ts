/**
 * Where the gateway listens, and which apps it may speak plain HTTP to.
 *
 * @module
 */

import { isIP } from 'node:net'
import { ConfigurationError } from '@cognito-auth/core'

/** Where to listen. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

const LISTEN = /^(?:\[(?<v6>[\da-f:.]+)\]|(?<host>[\w.-]+)):(?<port>\d{1,5})$/i

/**
 * Reads `host:port`; `[::]:8080` for IPv6, port 0 for a free one.
 *
 * @throws {ConfigurationError} for anything else.
 */
export function parseListen(listen: unknown): ListenAddress {
  const { v6, host = v6, port } = (typeof listen === 'string' ? LISTEN.exec(listen)?.groups : undefined) ?? {}
  if (host === undefined || Number(port) > 65_535 || (v6 !== undefined && isIP(v6) !== 6))
    throw new ConfigurationError('listen must be an address and a port, such as 0.0.0.0:8080 or [::]:8080')
  return { host, port: Number(port) }
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|\[::1\])$/
/** RFC 1918, section 3. */
const PRIVATE = /^(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+$/
const PRIVATE_NAME = /^(?:[a-z0-9_-]+|.+\.(?:internal|local))$/

function isPrivateName(hostname: string): boolean {
  return LOOPBACK.test(hostname) || PRIVATE.test(hostname) || PRIVATE_NAME.test(hostname)
}

/**
 * Reads the URL of an app: plain HTTP to this machine or a private network only.
 *
 * @throws {ConfigurationError} for anything else, or with a path, a query or credentials.
 */
export function parseUpstream(upstream: unknown): URL {
  // By how it is written: URL() drops an empty query, and takes a backslash for a slash.
  if (typeof upstream !== 'string' || !/^https?:\/\/[^\s/\\?#@]+\/?$/i.test(upstream) || !URL.canParse(upstream))
    throw new ConfigurationError(
      'upstream must be the http or https URL of an app, such as http://127.0.0.1:8501, without path, query or credentials',
    )
  const url = new URL(upstream)
  if (url.protocol === 'http:' && !isPrivateName(url.hostname))
    throw new ConfigurationError(
      'upstream must be https, or http on a loopback address or a private name: identity would cross the network readable and changeable',
    )
  return url
}

/** Whether an app's URL leads to where the gateway listens itself. */
export function isOwnAddress({ hostname, port, protocol }: URL, listen: ListenAddress): boolean {
  if (Number(port || (protocol === 'https:' ? 443 : 80)) !== listen.port) return false
  return hostname === 'localhost' || LOOPBACK.test(hostname) || hostname === listen.host
}
