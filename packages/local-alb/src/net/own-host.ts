/**
 * Which names a request may use for this machine: a page of another site could point its own name here (DNS rebinding).
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'

/** Where a local load balancer is reached. An origin is written as browsers write it: `http://localhost:8080`. */
export interface Origins {
  /** Where people open the app. */
  readonly app: string
  /** Where the user pool's pages are: at another origin than the app's, as on AWS, but with a public URL. */
  readonly pool: string
  /** The load balancer for this machine itself: where the public keys are. */
  readonly local: string
  /** The public URL, where one was given: the only name that is not one of this machine. */
  readonly public?: string | undefined
}

/** Names that lead to this machine for every browser (RFC 6761, section 6.3), with or without a port. */
const OWN_HOST = /^(?:(?:[a-z0-9-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i

/** For those who used another name. */
export const OWN_NAMES =
  'The local load balancer answers to localhost, *.localhost, 127.0.0.1, [::1] and the host of --public-url only.'

/** Whether a `Host` leads here. Without one (HTTP/1.0), no browser sent the request: none can have been lured here. */
export function isOwnHost(host: string | undefined): boolean {
  return host === undefined || OWN_HOST.test(host)
}

/** The origin of a `Host` as browsers write it: in lower case, and without the port of the scheme. */
export function originOf(host: string, protocol = 'http:'): string {
  const url = `${protocol}//${host}`
  return URL.canParse(url) ? new URL(url).origin : url
}

/** Whether a request asks for that origin. The scheme is the origin's: what is in front of us may speak TLS for us. */
export function isAt({ headers: { host } }: IncomingMessage, origin: string): boolean {
  return host === undefined || originOf(host, new URL(origin).protocol) === origin
}

/** Whether a `Host` is that of the public URL. */
export function isPublicHost(host: string | undefined, origins: Origins): boolean {
  return (
    host !== undefined &&
    origins.public !== undefined &&
    originOf(host, new URL(origins.public).protocol) === origins.public
  )
}

/**
 * Gives a request that a tunnel forwarded the host that its browser asked for: Codespaces and others send
 * `Host: localhost:8080`, and the public name in `X-Forwarded-Host`, which counts for no other name.
 */
export function restorePublicHost({ headers }: IncomingMessage, origins: Origins): void {
  const forwarded = headers['x-forwarded-host']
  // Beside a name of this machine only: a page at a rebound name may send that header, too (DNS rebinding).
  if (isOwnHost(headers.host) && typeof forwarded === 'string' && isPublicHost(forwarded, origins)) {
    headers.host = forwarded
  }
}
