/**
 * Where an authorisation config is read from, and how long that may take.
 *
 * @module
 */

import { ConfigUnavailableError } from '../errors.js'
import { withTimeLimit } from '../lib/time-limit.js'

/** Where a config is read from. */
export interface ConfigSource {
  /** For messages: `file auth.json`, `secret my-app/auth`. */
  readonly name: string
  /**
   * Reads the JSON.
   *
   * @throws {ConfigurationError} when a person must change something; {@link ConfigUnavailableError} when it may pass.
   */
  read(): Promise<string>
}

/** A file on a network may hang, as AWS may; one read runs at a time, so no later one would ever begin. */
const TIMEOUT_MS = 5_000

/** A failure that may pass; `why` is for people, and tells nothing of what was read. */
export function unavailable(name: string, why: string, options?: ErrorOptions): ConfigUnavailableError {
  return new ConfigUnavailableError(`${name} cannot be read now (${why}). It is tried again`, options)
}

/**
 * Reads for at most 5 s.
 *
 * @throws {ConfigUnavailableError} after that; {@link unknown} what `read` throws.
 */
export async function readInTime<Read>(name: string, read: (signal: AbortSignal) => Promise<Read>): Promise<Read> {
  return await withTimeLimit(TIMEOUT_MS, read, () => unavailable(name, 'no answer in 5 s'))
}
