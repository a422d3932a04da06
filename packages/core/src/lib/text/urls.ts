/**
 * What a configured URL may be.
 *
 * @module
 */

/** The URL that a text is, if it is one. */
export function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined
}

/** Whether a URL can only lead to this machine. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

/** A base URL without its trailing slash; `undefined` when it has credentials, a query or a fragment. */
export function plainBase(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined
  return url.href.replace(/\/$/, '')
}
