/**
 * Reads the tables of a page.
 *
 * @module
 */

import type { Page } from './pages.js'

function cellsOf(line: string): string[] {
  return line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
}

/**
 * Rows of the table whose first heading is `heading`, each with its cells by heading.
 *
 * @throws {Error} when the page has none, or a row has more or fewer cells than the heading.
 */
export function tableOf({ path, text }: Page, heading: string): Record<string, string>[] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith('|') && cellsOf(line)[0] === heading)
  if (start === -1) throw new Error(`${path} has no table that begins with ${heading}`)
  const headings = cellsOf(lines[start] ?? '')
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'))
  return lines.slice(start + 2, length === -1 ? undefined : start + length).map((line) => {
    const cells = cellsOf(line)
    if (cells.length !== headings.length)
      throw new Error(`${path}: a row of the table has ${cells.length} cells: ${line}`)
    return Object.fromEntries(headings.map((name, index) => [name, cells[index] ?? '']))
  })
}

/** What stands between backticks. */
export function codeIn(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}
