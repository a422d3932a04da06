/**
 * Compiles the TypeScript and JavaScript of pages against the built packages, as an app would.
 *
 * @module
 */

import { join } from 'node:path'
import ts from 'typescript'
import type { Block } from './blocks.js'
import { ROOT } from './pages.js'

/** Languages that are compiled. */
export const COMPILED: readonly string[] = ['ts', 'tsx', 'js', 'jsx']

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  jsx: ts.JsxEmit.ReactJSX,
  allowJs: true,
  checkJs: true,
  noEmit: true,
  skipLibCheck: true,
}

/** Where a block would lie: beside the others of its page, below `docs`, whose dependencies it can import. */
export function folderOf(page: string): string {
  return join(ROOT, 'docs/.blocks', page.replaceAll(/[^\w-]+/g, '_'))
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

/** What the programs import, which is not of pages: read once for all of them. */
const imported = new Map<string, ts.SourceFile | undefined>()

/** Compiles all blocks in one program: what they import is read once. */
export function typeCheck(blocks: readonly Block[]): string[] {
  // Those of a framework are compiled with its own types, by `npx pnpm test:frameworks`.
  const compiled = blocks.filter((block) => COMPILED.includes(block.language) && block.framework === undefined)
  const files = new Map(compiled.map((block) => [fileOf(block), block]))
  const host = ts.createCompilerHost(OPTIONS)
  const { fileExists, readFile, getSourceFile, directoryExists } = host
  host.fileExists = (path) => files.has(path) || fileExists.call(host, path)
  host.directoryExists = (path) => path.startsWith(join(ROOT, 'docs/.blocks')) || (directoryExists?.(path) ?? true)
  host.readFile = (path) => {
    const block = files.get(path)
    return block === undefined ? readFile.call(host, path) : sourceOf(block)
  }
  host.getSourceFile = (path, language, ...rest) => {
    const block = files.get(path)
    if (block !== undefined) return ts.createSourceFile(path, sourceOf(block), language, true)
    if (!imported.has(path)) imported.set(path, getSourceFile.call(host, path, language, ...rest))
    return imported.get(path)
  }
  host.getCurrentDirectory = () => join(ROOT, 'docs')
  const program = ts.createProgram({ rootNames: [...files.keys()], options: OPTIONS, host })
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')
    const block = diagnostic.file && files.get(diagnostic.file.fileName)
    if (diagnostic.file === undefined || block === undefined) return message
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0)
    return `${placeOf(block, line)} ${message}`
  })
}

/** What Node runs of a block: types and decorators compiled away. */
export function runnable(block: Block): string {
  const { outputText } = ts.transpileModule(sourceOf(block), {
    compilerOptions: { ...OPTIONS, module: ts.ModuleKind.ESNext, noEmit: false },
    fileName: fileOf(block),
  })
  return outputText
}
