/** The recipes of `docs/web.md`: the code of a reader is the source of the apps that are built and run. */
import { readFileSync } from 'node:fs'

const RECIPE = /^<!-- framework: (?<framework>[\w-]+) -->\n\n```\w+ \[(?<file>[^\]]+)\]\n(?<code>[\s\S]*?)^```$/gm

/** @returns {{ framework: string, file: string, code: string }[]} Each block that belongs to an app. */
export function readRecipes() {
  const text = readFileSync(new URL('../../docs/web.md', import.meta.url), 'utf8')
  return [...text.matchAll(RECIPE)].map(({ groups }) => ({ ...groups }))
}
