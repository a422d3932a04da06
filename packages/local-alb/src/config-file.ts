/**
 * Options from a file: JSON, or a TypeScript or JavaScript module with a default export.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createJiti } from 'jiti'
import { type LocalAlbOptions, parseOptions, UsageError } from './options.js'

/** Compiles TypeScript by itself: Node 20 cannot, and newer ones refuse what is not erasable. Nothing is kept on disk. */
const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false })

/**
 * Runs a TypeScript or JavaScript module.
 *
 * @throws {UsageError} when it cannot be loaded; its own error is the cause.
 */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await jiti.import(pathToFileURL(resolve(path)).href)
  } catch (cause) {
    const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
    throw new UsageError(`file ${path} cannot be loaded: ${line}`, { cause })
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new UsageError(`file ${path} cannot be read as JSON`, { cause })
  }
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
