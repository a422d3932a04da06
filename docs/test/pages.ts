/**
 * The pages that are checked: the site's, and every README and other text of the repository.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

/** Folder of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A text with code blocks in it. */
export interface Page {
  /** Path from the root of the repository, for messages. */
  readonly path: string
  readonly text: string
}

/** Reads one page. */
export function readPage(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') }
}

function markdownIn(folder: string, isDeep: boolean): string[] {
  const path = join(ROOT, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'api', 'templates', '.vitepress', 'CHANGELOG.md'].includes(entry.name)) return []
    const own = join(folder, entry.name)
    if (entry.isDirectory()) return isDeep ? markdownIn(own, true) : []
    return entry.name.endsWith('.md') ? [own] : []
  })
}

/** Every page of the site. */
export const sitePages: readonly Page[] = markdownIn('docs', true).map(readPage)

/** Every page of the site, and every README and other text that is read on its own. */
export const allPages: readonly Page[] = [
  ...sitePages,
  ...markdownIn('.', false).map(readPage),
  ...['packages', 'examples', 'bench'].flatMap((folder) => markdownIn(folder, true)).map(readPage),
]
