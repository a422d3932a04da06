/**
 * Fetches a small public text the way a verifier must: with a time limit, a size limit, no redirects, few retries.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { KeysUnavailableError } from '../errors.js'
import { readLimited } from '../lib/read-limited.js'
import { withTimeLimit } from '../lib/time-limit.js'
import { parseUrl } from '../lib/text/urls.js'

/** Milliseconds that one try may take, body included. */
const TRY_MS = 3_000
/** Milliseconds that all tries may take together. */
const TOTAL_MS = 8_000
const TRIES = 3
const MAX_BYTES = 64 * 1024

/** AWS answered that there is no such key. Internal: callers turn it into `key_not_found`. */
export class KeyGoneError extends Error {
  override readonly name = 'KeyGoneError'
}

/** A failure that another try may mend. */
class PassingError extends Error {}

function isGone(status: number): boolean {
  // S3, which serves these keys, answers 403 for an object that is not there when listing is not allowed.
  return status === 400 || status === 403 || status === 404 || status === 410
}

const tooLarge = (): Error =>
  new KeysUnavailableError('Failed to fetch public keys: the response is larger than 64 KiB')

async function request(url: string, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<string> {
  // A redirect is never followed: it would let whoever controls one answer choose where keys come from.
  const response = await fetch(url, { redirect: 'manual', signal, headers: { accept: '*/*' } })
  if (response.status === 200 && !response.redirected) return await readLimited(response, MAX_BYTES, tooLarge)
  await response.body?.cancel()
  if (isGone(response.status)) throw new KeyGoneError(`HTTP ${response.status}`)
  if (response.status >= 500) throw new PassingError(`HTTP ${response.status}`)
  const isRedirect = response.redirected || (response.status >= 300 && response.status < 400)
  throw new KeysUnavailableError(
    `Failed to fetch public keys: ${isRedirect ? 'redirects are not followed' : `HTTP ${response.status}`}`,
  )
}

/**
 * Fetches a text of at most 64 KiB: 3 s a try, 8 s in all, and up to 2 more tries with jitter on network errors,
 * time-outs and 5xx.
 *
 * @throws {KeyGoneError} when the endpoint says that there is no such thing (400, 403, 404, 410).
 * @throws {KeysUnavailableError} for everything else that is not a 200: what failed is the `cause`.
 */
export async function fetchText(url: string, fetch: typeof globalThis.fetch): Promise<string> {
  const started = performance.now()
  const left = (): number => TOTAL_MS - (performance.now() - started)
  let last: unknown
  for (let tried = 0; tried < TRIES && left() > 0; tried += 1) {
    // Full jitter (up to 100 ms, then 200 ms): many processes that lost AWS together do not come back together.
    if (tried > 0) await sleep(Math.min(Math.random() * 100 * tried, Math.max(left(), 0)))
    try {
      const limit = Math.min(TRY_MS, Math.max(left(), 1))
      return await withTimeLimit(
        limit,
        (signal) => request(url, fetch, signal),
        () => new PassingError(`no answer in ${Math.round(limit)} ms`),
      )
    } catch (error) {
      if (error instanceof KeyGoneError || error instanceof KeysUnavailableError) throw error
      last = error
    }
  }
  throw new KeysUnavailableError(`Failed to fetch public keys from ${parseUrl(url)?.host ?? 'their endpoint'}`, {
    cause: last,
  })
}
