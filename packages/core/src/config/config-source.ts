/**
 * Where an authorisation config is read from, and how long that may take.
 *
 * @module
 */

import { ConfigUnavailableError } from '../errors.js'
import { withTimeLimit } from '../lib/time-limit.js'

/**
 * Where an authorisation config is read from: a parameter store, a database, an agent.
 *
 * @example
 * ```ts
 * const source: ConfigSource = {
 *   name: 'parameter /my-app/auth',
 *   isSecret: false,
 *   read: async () => await parameterOf('/my-app/auth'),
 * }
 * const authoriser = Authoriser.fromSource(source, { ttlSeconds: 60 })
 * ```
 */
export interface ConfigSource {
  /** For messages, events and logs: `file auth.json`, `secret my-app/auth`. Must hold no credential. */
  readonly name: string
  /** Whether values of the config (groups, domains) may not be printed by tools such as `explain`. */
  readonly isSecret: boolean
  /**
   * Reads the JSON. Called again every TTL, one call at a time; after 5 s its answer no longer counts.
   *
   * @throws {ConfigurationError} when a person must change something.
   * @throws {ConfigUnavailableError} when the failure may pass. Any other error counts as this one.
   */
  read(): Promise<string>
}

/** A source that can be read while the app starts, so that a mistake in it stops the app. */
export interface SyncConfigSource extends ConfigSource {
  /** As {@link ConfigSource.read}, at once; `undefined` where that could block, and it is to be read on first use. */
  readSync(): string | undefined
}

/** A file on a network may hang, as AWS may; one read runs at a time, so no later one would ever begin. */
const TIMEOUT_MS = 5_000

/** A failure that may pass; `why` is for people, and tells nothing of what was read. */
export function unavailable(name: string, why: string, options?: ErrorOptions): ConfigUnavailableError {
  return new ConfigUnavailableError(`${name} is temporarily unavailable (${why}); it will be read again`, options)
}

/**
 * Reads for at most 5 s.
 *
 * @throws {ConfigUnavailableError} after that; {@link unknown} what `read` throws.
 */
export async function readInTime<Read>(name: string, read: (signal: AbortSignal) => Promise<Read>): Promise<Read> {
  return await withTimeLimit(TIMEOUT_MS, read, () => unavailable(name, 'no answer in 5 s'))
}
