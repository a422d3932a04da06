/**
 * The authorisation config in a file.
 *
 * @module
 */

import { readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { CognitoAuthError, ConfigurationError } from '../errors.js'
import { readInTime, type SyncConfigSource } from './config-source.js'

/** What went wrong, as a sentence that says what to do. */
function sentence(file: string, code: string | undefined): string {
  if (code === 'ENOENT')
    return `${file} does not exist. Check its path (COGNITO_AUTH_CONFIG_PATH), which is relative to ${process.cwd()}`
  if (code === 'EACCES' || code === 'EPERM') return `${file} may not be read by this process. Check its permissions`
  if (code === 'EISDIR') return `${file} is a folder. Name the file in it`
  return `${file} cannot be read${code === undefined ? '' : ` (${code})`}`
}

function failure(name: string, cause: unknown): CognitoAuthError {
  if (cause instanceof CognitoAuthError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  return new ConfigurationError(sentence(name, code), { cause })
}

/** A config file. Its values may be printed: whoever runs a tool here can read it. */
export function fileSource(path: string): SyncConfigSource {
  const name = `file ${path}`
  return {
    name,
    isSecret: false,
    async read() {
      try {
        return await readInTime(name, (signal) => readFile(path, { encoding: 'utf8', signal }))
      } catch (cause) {
        throw failure(name, cause)
      }
    },
    readSync() {
      try {
        const kind = statSync(path)
        // A pipe would block the whole process until another one writes to it.
        if (kind.isFIFO() || kind.isCharacterDevice() || kind.isSocket()) return undefined
        return readFileSync(path, 'utf8')
      } catch (cause) {
        throw failure(name, cause)
      }
    },
  }
}
