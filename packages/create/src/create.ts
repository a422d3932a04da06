/**
 * Makes the folder of an app.
 *
 * @module
 */

import { mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from './failure.js'
import { entryAt, writeWhole } from './folder.js'
import { hashOf, MANIFEST, manifestText } from './manifest.js'
import { type Project, projectFiles } from './template.js'

/** @throws {Failure} when something is there already. */
function assertFree(name: string, target: string): void {
  const entry = entryAt(target)
  if (entry === undefined) return
  if (entry.isSymbolicLink()) throw new Failure(`${name} is a symbolic link: nothing is written through it`)
  if (!entry.isDirectory()) throw new Failure(`${name} is there already, and is no folder`)
  if (readdirSync(target).length > 0) throw new Failure(`The folder ${name} is not empty`)
}

/**
 * Writes an app into a new folder. It is made beside its place and moved there when it is whole: a failure, or being
 * ended, leaves nothing half-written under its name.
 *
 * @param parent Where the folder is made.
 * @throws {Failure} when something is there already.
 */
export function createProject(parent: string, project: Project, version: string): readonly string[] {
  const target = join(parent, project.name)
  assertFree(project.name, target)
  const files = projectFiles(project, version)
  const unfinished = mkdtempSync(join(parent, `.${project.name}-`))
  try {
    for (const [path, content] of files) writeWhole(unfinished, path, content)
    const hashes = Object.fromEntries([...files].map(([path, content]) => [path, hashOf(content)]))
    writeWhole(unfinished, MANIFEST, manifestText({ ...project, files: hashes }))
    if (entryAt(target) !== undefined) rmdirSync(target)
    renameSync(unfinished, target)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw error
  }
  return [...files.keys()]
}
