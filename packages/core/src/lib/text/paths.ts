/**
 * Paths of requests, compared as sent: what opens or answers a path must not depend on how a framework decodes it.
 *
 * @module
 */

/** Without query and without one slash at the end: `/health/` is `/health`, but `//` is not `/`. */
export function normalisePath(path: string): string {
  return path.replace(/\?.*$/s, '').replace(/([^/])\/$/, '$1')
}

/** What RFC 3986 allows in a path (pchar and slashes), and what browsers send besides. Each `%` begins an encoded byte. */
const PATH = /^\/(?:[\w\-.~!$&'()*+,;=:@/[\]|^]|%[\da-f]{2})*$/i

/** Segments that path resolution removes; some servers also cut path parameters off first (`..;x`). */
const DOT_SEGMENT = /\/\.{1,2}(?:[;/]|$)/

/** A dot, slash or backslash that a second decoding would bring out: `%252e`. */
const DOUBLY_ENCODED = /%(?:25)+(?:2e|2f|5c)/i

/** Unreserved characters (RFC 3986 section 2.3), which have one normal form only: themselves. */
function isNeedlesslyEncoded(path: string): boolean {
  return [...path.matchAll(/%([\da-f]{2})/gi)].some(([, hex = '']) =>
    /[\w\-.~/\\]/.test(String.fromCharCode(Number.parseInt(hex, 16))),
  )
}

/**
 * Whether a path, with or without query, is in its one normal form: what serves files or routes requests decodes and
 * resolves it to the same path. Path traversal (`/public/..%2fprivate`) is written in the other forms.
 */
export function isNormalPath(path: string): boolean {
  const [pathname = ''] = path.split('?', 1)
  return (
    PATH.test(pathname) &&
    !pathname.includes('//') &&
    !DOT_SEGMENT.test(pathname) &&
    !DOUBLY_ENCODED.test(pathname) &&
    !isNeedlesslyEncoded(pathname)
  )
}
