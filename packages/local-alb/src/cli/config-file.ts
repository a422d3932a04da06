/**
 * Options and users from files: JSON, or a TypeScript or JavaScript module with a default export.
 *
 * @module
 */

import { existsSync, readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type LocalAlbOptions, parseOptions, UsageError } from '../options/options.js'
import { type MockUser, parseUsers } from '../options/users.js'

/**
 * Runs a TypeScript or JavaScript module. jiti compiles TypeScript by itself: Node 20 cannot, and newer ones refuse what is
 * not erasable. It keeps nothing on disk, and is loaded only here, as it takes a while and most have no such file.
 *
 * @throws {UsageError} when it cannot be loaded; its own error is the cause.
 */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`)
  const { createJiti } = await import('jiti')
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false })
  try {
    return await jiti.import(pathToFileURL(resolve(path)).href)
  } catch (cause) {
    const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
    throw new UsageError(`file ${path} cannot be loaded: ${line}`, { cause })
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new UsageError(`there is no file ${path}`, { cause })
    throw new UsageError(`file ${path} cannot be read: ${oneLine(cause)}`, { cause })
  }
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')
}

/** Where in a text a mistake is, as far as this version of Node says it. */
function placeIn(text: string, message: string): string {
  const position = /at position (\d+)(?! \(line)/.exec(message)?.[1]
  if (position === undefined) return ''
  const lines = text.slice(0, Number(position)).split('\n')
  return ` (line ${lines.length} column ${(lines.at(-1) ?? '').length + 1})`
}

function readJson(path: string): unknown {
  const text = readText(path)
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = oneLine(cause)
    throw new UsageError(`file ${path} is not JSON: ${message}${placeIn(text, message)}`, { cause })
  }
}

/**
 * Reads users from a JSON file: a list, or an object with a list under `users`.
 *
 * @throws {LocalAlbError} when it cannot be read, is not JSON, or has a user that is not one.
 */
export function readUsersFile(path: string): readonly MockUser[] {
  return parseUsers(readJson(path), `file ${path}: users`)
}

/**
 * Reads a config file: `.json`, or a module whose default export is a `LocalAlbOptions`.
 *
 * @throws {UsageError} when it cannot be read, or an option in it is wrong.
 */
export async function readConfigFile(path: string): Promise<LocalAlbOptions> {
  if (!/^\.[cm]?[jt]s$/.test(extname(path))) return parseOptions(readJson(path), `file ${path}: `)
  const module = await importModule(path)
  if (module['default'] === undefined) throw new UsageError(`file ${path} has no default export: the options`)
  return parseOptions(module['default'], `file ${path}: `)
}
