/**
 * The authorisation config in a file.
 *
 * @module
 */

import { readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CognitoAuthError, ConfigurationError } from '../errors.js'
import { readInTime, type SyncConfigSource } from './config-source.js'

/** What went wrong, as a sentence that says what to do. */
function sentence(file: string, folder: string, code: string | undefined): string {
  if (code === 'ENOENT')
    return `${file} does not exist. Check its path (COGNITO_AUTH_CONFIG_PATH), which is relative to ${folder}`
  if (code === 'EACCES' || code === 'EPERM') return `${file} may not be read by this process. Check its permissions`
  if (code === 'EISDIR') return `${file} is a folder. Name the file in it`
  return `${file} cannot be read${code === undefined ? '' : ` (${code})`}`
}

function failure(name: string, folder: string, cause: unknown): CognitoAuthError {
  if (cause instanceof CognitoAuthError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  return new ConfigurationError(sentence(name, folder, code), { cause })
}

/** A read that was begun. */
interface Reading {
  readonly text: Promise<string>
  isDone: boolean
  /** Whether its time was over before it was done. */
  isLate: boolean
}

function begin(file: string): Reading {
  const reading: Reading = { text: readFile(file, 'utf8'), isDone: false, isLate: false }
  const done = (): void => {
    reading.isDone = true
  }
  reading.text.then(done, done)
  return reading
}

/**
 * A config file. Its values may be printed: whoever runs a tool here can read it.
 *
 * @param path Relative to the working directory of now: an app that changes that later goes on reading the same file.
 */
export function fileSource(path: string): SyncConfigSource {
  const name = `file ${path}`
  const folder = process.cwd()
  const file = resolve(folder, path)
  let last: Reading | undefined
  return {
    name,
    isSecret: false,
    async read() {
      // A file on a network that is gone keeps one of libuv's four threads, which look up names, too: not one more with each try.
      const reading = last?.isLate === true && !last.isDone ? last : begin(file)
      last = reading
      try {
        return await readInTime(name, () => reading.text)
      } catch (cause) {
        reading.isLate = true
        throw failure(name, folder, cause)
      }
    },
    readSync() {
      try {
        const kind = statSync(file)
        // A pipe would block the whole process until another one writes to it.
        if (kind.isFIFO() || kind.isCharacterDevice() || kind.isSocket()) return undefined
        return readFileSync(file, 'utf8')
      } catch (cause) {
        throw failure(name, folder, cause)
      }
    },
  }
}
