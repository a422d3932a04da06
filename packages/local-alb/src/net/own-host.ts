/**
 * Which names a request may use for this machine: a page of another site could point its own name here (DNS rebinding).
 *
 * @module
 */

/** Names that lead to this machine for every browser (RFC 6761, section 6.3), with or without a port. */
const OWN_HOST = /^(?:(?:[a-z0-9-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i

/** For those who used another name. */
export const OWN_NAMES = 'The local load balancer answers to localhost, *.localhost, 127.0.0.1 and [::1] only.'

/** Whether a `Host` leads here. Without one (HTTP/1.0), no browser sent the request: none can have been lured here. */
export function isOwnHost(host: string | undefined): boolean {
  return host === undefined || OWN_HOST.test(host)
}

/** `http://localhost:8080` of `localhost:8080`, as browsers write it: in lower case, and without port 80. */
export function originOf(host: string): string {
  const url = `http://${host}`
  return URL.canParse(url) ? new URL(url).origin : url
}
