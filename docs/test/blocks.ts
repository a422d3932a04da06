/**
 * The code blocks of a page, and what is said about them in the page's source.
 *
 * A reader should see only what matters, the compiler needs the rest. HTML comments right before a block, which no
 * reader sees, say it:
 *
 * - `<!-- prelude: express -->`: `docs/test/preludes/express.ts` is put in front of it;
 * - `<!-- prelude` on a line of its own, code, `-->`: that code is put in front of it; what follows a line `...` in it
 *   is put behind it;
 * - `<!-- continues -->`: the block before is put in front of it;
 * - `<!-- run -->`: it is run, not only compiled, and must end well;
 * - `<!-- framework: astro -->`: it is a file of the app in `compat/frameworks/astro`, and compiled, built and run there, by
 *   `npx pnpm test:frameworks`.
 *
 * A name after the language, `ts [auth.ts]`, makes the block a file that other blocks of the page can import.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import type { Page } from './pages.js'

/** A code block. */
export interface Block {
  readonly page: string
  /** Line of its first line of code, from 1. */
  readonly line: number
  readonly language: string
  /** Name in brackets after the language. */
  readonly name: string | undefined
  /** What the reader sees. */
  readonly code: string
  /** What goes in front of it for the compiler. */
  readonly prelude: string
  /** What goes behind it. */
  readonly epilogue: string
  readonly isRun: boolean
  /** The app of `compat/frameworks` that it is a file of. */
  readonly framework: string | undefined
}

/** What is wrong with a page's source. */
export class PageError extends Error {
  override readonly name = 'PageError'
}

interface Directives {
  readonly prelude: readonly string[]
  readonly epilogue: string
  readonly continues: boolean
  readonly isRun: boolean
  readonly framework: string | undefined
}

const NONE: Directives = { prelude: [], epilogue: '', continues: false, isRun: false, framework: undefined }

function namedPrelude(name: string): string {
  return readFileSync(new URL(`preludes/${name}.ts`, import.meta.url), 'utf8')
}

/** What a comment says; `undefined` for one that says nothing to us. */
function withComment(comment: string, so: Directives): Directives | undefined {
  const text = comment.trim()
  const named = /^prelude: ([\w-]+)$/.exec(text)?.[1]
  if (named !== undefined) return { ...so, prelude: [...so.prelude, namedPrelude(named)] }
  const inline = /^prelude\n(?<code>[\s\S]+)$/.exec(text)?.groups?.['code']
  if (inline !== undefined) {
    const [before = '', epilogue = ''] = inline.split(/^\.\.\.\n/m)
    return { ...so, prelude: [...so.prelude, before.trimEnd()], epilogue }
  }
  if (text === 'continues') return { ...so, continues: true }
  if (text === 'run') return { ...so, isRun: true }
  const framework = /^framework: ([\w-]+)$/.exec(text)?.[1]
  if (framework !== undefined) return { ...so, framework }
  return undefined
}

/** Comments and fences, whichever comes first; fences within comments do not count. */
const PART =
  /^<!--(?<comment>[\s\S]*?)-->|^(?<indent> *)(?<fence>`{3,})(?<info>[^\n`]*)\n(?<code>[\s\S]*?)^\k<indent>\k<fence> *$/gm

/**
 * Reads the code blocks of a page.
 *
 * @throws {PageError} for a fence without a language, a directive that no block follows, or one that continues nothing.
 */
export function blocksOf({ path, text }: Page): Block[] {
  const blocks: Block[] = []
  let directives = NONE
  let end = 0
  for (const match of text.matchAll(PART)) {
    const { comment, indent = '', info = '', code = '' } = match.groups ?? {}
    const between = text.slice(end, match.index).trim()
    const line = text.slice(0, match.index).split('\n').length
    if (between !== '' && directives !== NONE) throw new PageError(`${path}:${line}: no code block follows a directive`)
    end = match.index + match[0].length
    if (comment !== undefined) {
      directives = withComment(comment, directives) ?? directives
      continue
    }
    const parts = /^(?<language>[\w-]+)(?:\s+\[(?<name>[^\]]+)\])?/.exec(info.trim())?.groups
    if (parts === undefined) throw new PageError(`${path}:${line}: a code block needs a language`)
    const before = blocks.at(-1)
    if (directives.continues && before === undefined)
      throw new PageError(`${path}:${line}: there is nothing to continue`)
    const continued = directives.continues && before ? [before.prelude, before.code] : []
    blocks.push({
      page: path,
      line: line + 1,
      language: parts['language'] ?? '',
      name: parts['name'],
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      prelude: [...directives.prelude, ...continued].filter((one) => one !== '').join('\n'),
      epilogue: directives.epilogue,
      isRun: directives.isRun,
      framework: directives.framework,
    })
    directives = NONE
  }
  if (directives !== NONE) throw new PageError(`${path}: no code block follows a directive`)
  return blocks
}
