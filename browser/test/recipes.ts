/**
 * The code of "Pages that fetch, streams, other origins", as its readers copy it: what is tested is what is told.
 *
 * @module
 */

import ts from 'typescript'
import { blocksOf } from '../../docs/test/blocks.js'
import { readPage } from '../../docs/test/pages.js'

const page = readPage('docs/pages-that-fetch.md')

/**
 * A block of code, as JavaScript.
 *
 * @param heading Of its section.
 * @param starts How the block begins, where the section has more than one.
 */
export function recipe(heading: string, starts = ''): string {
  const lines = page.text.split('\n')
  const begin = lines.indexOf(`## ${heading}`)
  const end = lines.findIndex((line, index) => index > begin && line.startsWith('## '))
  const blocks = blocksOf(page).filter(
    ({ language, line, code }) =>
      /^tsx?$/.test(language) && line > begin && (end === -1 || line <= end) && code.startsWith(starts),
  )
  const [block] = blocks
  if (begin === -1 || block === undefined || blocks.length > 1) {
    throw new Error(`${blocks.length} blocks under "${heading}" begin with "${starts}"`)
  }
  const { outputText } = ts.transpileModule(block.code, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, jsx: ts.JsxEmit.ReactJSX },
  })
  return outputText
}
