/**
 * Brings newer template files into an app, and leaves alone what you changed.
 *
 * @module
 */

import { Failure } from './failure.js'
import { assertWritable, entryAt, readIfThere, writeWhole } from './folder.js'
import { hashOf, MANIFEST, type Manifest, manifestText, parseManifest } from './manifest.js'
import { checkName } from './project-name.js'
import { projectFiles } from './template.js'
import { join } from 'node:path'

/** What happens to one file. */
export interface Change {
  /** `new`: beside your own, as `PATH.new`. */
  readonly kind: 'update' | 'add' | 'restore' | 'new'
  readonly path: string
  /** Where it is written. */
  readonly target: string
  readonly content: string
}

function changeOf(path: string, content: string, written: string | undefined, current: Buffer | undefined): Change[] {
  const change = (kind: Change['kind'], target = path): Change[] => [{ kind, path, target, content }]
  const hash = hashOf(content)
  if (current === undefined) return change(written === undefined ? 'add' : 'restore')
  // The template's file is the one that was written, or the one that is there: it brings nothing.
  if (written === hash || hashOf(current) === hash) return []
  return hashOf(current) === written ? change('update') : change('new', `${path}.new`)
}

/** @throws {Failure} when this is no folder that `create` made. */
function readManifest(folder: string): Manifest {
  if (entryAt(join(folder, MANIFEST))?.isSymbolicLink() === true) {
    throw new Failure(`${MANIFEST} is a symbolic link: nothing is written through it`)
  }
  const source = readIfThere(folder, MANIFEST)
  if (source === undefined)
    throw new Failure(`There is no ${MANIFEST} here: run update in the folder of an app that create made`)
  return parseManifest(source.toString('utf8'))
}

/**
 * Every change is known, and allowed, before the first is written.
 *
 * @param isDryRun Writes nothing.
 * @throws {Failure} when this is no app that `create` made, or a symbolic link is in the way.
 */
export function updateProject(folder: string, version: string, isDryRun: boolean): readonly Change[] {
  const manifest = readManifest(folder)
  checkName(manifest.name)
  const files = projectFiles(manifest, version)
  const changes = [...files].flatMap(([path, content]) => {
    assertWritable(folder, path)
    const written = Object.hasOwn(manifest.files, path) ? manifest.files[path] : undefined
    return changeOf(path, content, written, readIfThere(folder, path))
  })
  for (const { target } of changes) assertWritable(folder, target)
  if (isDryRun) return changes
  for (const { target, content } of changes) writeWhole(folder, target, content)
  const hashes = Object.fromEntries([...files].map(([path, content]) => [path, hashOf(content)]))
  writeWhole(folder, MANIFEST, manifestText({ ...manifest, files: hashes }))
  return changes
}
