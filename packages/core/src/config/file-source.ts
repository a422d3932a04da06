/**
 * The authorisation config in a file.
 *
 * @module
 */

import { readFile } from 'node:fs/promises'
import { ConfigurationError, ConfigUnavailableError } from '../errors.js'
import { type ConfigSource, readInTime } from './config-source.js'

/** What went wrong, as a sentence that says what to do. */
function sentence(file: string, code: string | undefined): string {
  if (code === 'ENOENT')
    return `${file} does not exist. Check its path (COGNITO_AUTH_CONFIG_PATH), which is relative to ${process.cwd()}`
  if (code === 'EACCES' || code === 'EPERM') return `${file} may not be read by this process. Check its permissions`
  if (code === 'EISDIR') return `${file} is a folder. Name the file in it`
  return `${file} cannot be read${code === undefined ? '' : ` (${code})`}`
}

/** A config file. */
export function fileSource(path: string): ConfigSource {
  const name = `file ${path}`
  return {
    name,
    async read() {
      try {
        return await readInTime(name, (signal) => readFile(path, { encoding: 'utf8', signal }))
      } catch (cause) {
        if (cause instanceof ConfigUnavailableError) throw cause
        const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
        throw new ConfigurationError(sentence(name, code), { cause })
      }
    },
  }
}
