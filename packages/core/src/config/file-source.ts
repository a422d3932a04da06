/**
 * The authorisation config in a file.
 *
 * @module
 */

import { readFile } from 'node:fs/promises'
import { ConfigurationError, ConfigUnavailableError } from '../errors.js'
import { withTimeLimit } from '../time-limit.js'
import type { ConfigSource } from './refreshing-config.js'

/** A file on a network may hang; one read runs at a time, so no later one would ever begin. */
const TIMEOUT_MS = 5_000

/** What went wrong, as a sentence that says what to do. */
function sentence(path: string, code: string | undefined): string {
  if (code === 'ENOENT')
    return `file ${path} does not exist. Check its path (COGNITO_AUTH_CONFIG_PATH), which is relative to ${process.cwd()}`
  if (code === 'EACCES' || code === 'EPERM')
    return `file ${path} may not be read by this process. Check its permissions`
  if (code === 'EISDIR') return `file ${path} is a folder. Name the file in it`
  return `file ${path} cannot be read${code === undefined ? '' : ` (${code})`}`
}

/** A config file. */
export function fileSource(path: string): ConfigSource {
  return {
    name: `file ${path}`,
    async read() {
      try {
        return await withTimeLimit(
          TIMEOUT_MS,
          (signal) => readFile(path, { encoding: 'utf8', signal }),
          () => new ConfigUnavailableError(`file ${path} cannot be read now (no answer in 5 s). It is tried again`),
        )
      } catch (cause) {
        if (cause instanceof ConfigUnavailableError) throw cause
        const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
        throw new ConfigurationError(sentence(path, code), { cause })
      }
    },
  }
}
