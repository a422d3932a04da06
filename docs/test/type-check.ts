/**
 * Compiles the TypeScript and JavaScript of pages against the built packages, as an app would.
 *
 * @module
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import type { Block } from './blocks.js'
import { ROOT } from './pages.js'
import { run } from './run.js'

/** Languages that are compiled. */
export const COMPILED: readonly string[] = ['ts', 'tsx', 'js', 'jsx']

const OPTIONS = {
  target: 'es2023',
  lib: ['es2023', 'dom', 'dom.iterable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  jsx: 'react-jsx',
  allowJs: true,
  checkJs: true,
  noEmit: true,
  skipLibCheck: true,
}

/** The native compiler (TypeScript 7), which takes a tenth of the time. */
const COMPILER = join(
  dirname(createRequire(import.meta.url).resolve('typescript-native/package.json', { paths: [ROOT] })),
  'bin/tsc',
)

/** Below `docs`, whose dependencies blocks can import. */
const BLOCKS = join(ROOT, 'docs/.blocks')

/** Where a block would lie: beside the others of its page. */
export function folderOf(page: string): string {
  return join(BLOCKS, page.replaceAll(/[^\w-]+/g, '_'))
}

/** The file that a block would be. */
export function fileOf(block: Block): string {
  return join(folderOf(block.page), block.name ?? `line-${block.line}.${block.language}`)
}

/** The whole source: a module, so that two blocks may use one name. */
export function sourceOf(block: Block): string {
  const prelude = block.prelude === '' ? '' : `${block.prelude}\n`
  return `${prelude}${block.code}\n${block.epilogue}\nexport {}\n`
}

/** Says where on the page it is; lines of the prelude are told from those of the page. */
function placeOf(block: Block, line: number): string {
  const preludeLines = block.prelude === '' ? 0 : block.prelude.split('\n').length
  return line < preludeLines
    ? `${block.page}:${block.line} (prelude, line ${line + 1})`
    : `${block.page}:${block.line + line - preludeLines}`
}

/** A line of the compiler: a file and a place in it, where it is about one, and what is wrong. */
const DIAGNOSTIC = /^(?:(?<path>[^(\n]+)\((?<line>\d+),\d+\): )?error TS\d+: (?<message>.*(?:\n .*)*)/gm

/** Compiles all blocks in one program: what they import is read once. */
export function typeCheck(blocks: readonly Block[]): string[] {
  // Those of a framework are compiled with its own types, by `npx pnpm test:frameworks`.
  const compiled = blocks.filter((block) => COMPILED.includes(block.language) && block.framework === undefined)
  mkdirSync(BLOCKS, { recursive: true })
  const folder = mkdtempSync(join(BLOCKS, 'types-'))
  try {
    const files = new Map(compiled.map((block) => [join(folder, relative(BLOCKS, fileOf(block))), block]))
    for (const [path, block] of files) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, sourceOf(block))
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files: [...files.keys()] }))
    const { status, stdout, stderr } = run(process.execPath, [COMPILER, '-p', '.', '--pretty', 'false'], {
      cwd: folder,
    })
    const problems = [...stdout.matchAll(DIAGNOSTIC)].map(({ groups: { path = '', line = '', message = '' } = {} }) => {
      const block = files.get(join(folder, path))
      return block === undefined ? `${path} ${message}` : `${placeOf(block, Number(line) - 1)} ${message}`
    })
    // Whatever it says that is no diagnostic must not look like a page without mistakes.
    return status === 0 || problems.length > 0 ? problems : [`the compiler ended with ${status}: ${stdout}${stderr}`]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What Node runs of a block: types and decorators compiled away. */
export function runnable(block: Block): string {
  const { outputText } = ts.transpileModule(sourceOf(block), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      jsx: ts.JsxEmit.ReactJSX,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
    fileName: fileOf(block),
  })
  return outputText
}
