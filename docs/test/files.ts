/**
 * Puts the blocks of a page on disk, to be run.
 *
 * @module
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Block } from './blocks.js'
import { COMPILED, folderOf, runnable } from './type-check.js'

/** Name on disk: what was TypeScript is JavaScript by then. */
export function runnableName(block: Block): string {
  return (block.name ?? `line-${block.line}.${block.language}`).replace(/\.mts$/, '.mjs').replace(/\.tsx?$/, '.js')
}

/**
 * Writes every block of a page that has a name or is run, in a folder of the page's own.
 *
 * @returns The folder.
 */
export function writeBlocks(page: string, blocks: readonly Block[], variant = ''): string {
  const folder = folderOf(page) + variant
  rmSync(folder, { recursive: true, force: true })
  for (const block of blocks) {
    if (block.name === undefined && !block.isRun) continue
    const path = join(folder, runnableName(block))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, COMPILED.includes(block.language) ? runnable(block) : block.code)
  }
  return folder
}
