/**
 * How public keys are fetched past Next's data cache.
 *
 * @module
 */

/**
 * `fetch` without Next's caches, which lie on disk and are shared by all instances: a key that AWS has withdrawn would
 * go on being served from there. `fetchCache = 'force-cache'` of a page overrules `cache: 'no-store'`, so the request is
 * also marked as one that Next does not look at, as Next's own are.
 */
export const uncachedFetch: typeof globalThis.fetch = (input, init) =>
  globalThis.fetch(input, { ...init, cache: 'no-store', next: { internal: true } } as RequestInit)
