/**
 * `.cognito-auth.json`: what was written, so that `update` can tell what you changed.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { Failure } from './failure.js'
import { isTemplate, type Project, type TemplateName } from './template.js'

/** Where the manifest is. */
export const MANIFEST = '.cognito-auth.json'

/** What an app was made from. */
export interface Manifest extends Project {
  /** Hashes of the files as they were written, by path. */
  readonly files: Readonly<Record<string, string>>
}

export function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/** A path below the app: the manifest is a file that anyone may change, in a pull request for instance. */
function isInside(path: string): boolean {
  const parts = path.split('/')
  return !/[\\:\0]/.test(path) && parts.every((part) => part !== '' && part !== '.' && part !== '..')
}

const schema = v.object({
  template: v.custom<TemplateName>((value) => typeof value === 'string' && isTemplate(value)),
  name: v.string(),
  infra: v.boolean(),
  files: v.record(v.string(), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
})

/**
 * @throws {Failure} when it is not what `create` wrote, or names a path that leads out of the app.
 */
export function parseManifest(source: string): Manifest {
  let json: unknown
  try {
    json = JSON.parse(source)
  } catch {
    throw new Failure(`${MANIFEST} is not JSON`)
  }
  const parsed = v.safeParse(schema, json)
  if (!parsed.success) {
    const [issue] = parsed.issues
    const where = v.getDotPath(issue)
    throw new Failure(`${MANIFEST} is not what create wrote${where === null ? '' : `: ${where}`}`)
  }
  const outside = Object.keys(parsed.output.files).find((path) => !isInside(path))
  if (outside !== undefined) throw new Failure(`${MANIFEST} names '${outside}', which leads out of the app`)
  return parsed.output
}

/** For the file. */
export function manifestText({ name, template, infra, files }: Manifest): string {
  return `${JSON.stringify({ name, template, infra, files }, null, 2)}\n`
}
