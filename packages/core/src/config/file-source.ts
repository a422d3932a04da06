/**
 * The authorisation config in a file.
 *
 * @module
 */

import { readFile } from 'node:fs/promises'
import { ConfigurationError } from '../errors.js'
import type { ConfigSource } from './refreshing-config.js'

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
        return await readFile(path, 'utf8')
      } catch (cause) {
        const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
        throw new ConfigurationError(sentence(path, code), { cause })
      }
    },
  }
}
