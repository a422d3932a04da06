/**
 * Writes into the folder of an app, and nowhere else.
 *
 * @module
 */

import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from './failure.js'

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/** What is at a path itself; `undefined` where nothing is. Links are not followed. */
export function entryAt(path: string): ReturnType<typeof lstatSync> | undefined {
  try {
    return lstatSync(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * Whether a path of the app can be written: a symbolic link on the way, or at its end, may lead anywhere.
 *
 * @throws {Failure} for a link, or for something that is no file.
 */
export function assertWritable(folder: string, path: string): void {
  const parts = path.split('/')
  for (let length = 1; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/')
    const entry = entryAt(join(folder, part))
    if (entry === undefined) return
    if (entry.isSymbolicLink()) throw new Failure(`${part} is a symbolic link: nothing is written through it`)
    const isLast = length === parts.length
    if (isLast ? !entry.isFile() : !entry.isDirectory())
      throw new Failure(`${part} is in the way: it is no ${isLast ? 'file' : 'folder'}`)
  }
}

/** A file of the app; `undefined` where there is none. */
export function readIfThere(folder: string, path: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, path))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Writes a file whole: a new one takes the old one's place, and a link's, at once. */
export function writeWhole(folder: string, path: string, content: string): void {
  assertWritable(folder, path)
  const target = join(folder, path)
  mkdirSync(dirname(target), { recursive: true })
  const unfinished = `${target}.${process.pid}.tmp`
  try {
    writeFileSync(unfinished, content, { flag: 'wx' })
    renameSync(unfinished, target)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}
