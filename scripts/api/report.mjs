/**
 * The public API of an entry point as a text: every exported name with its signature, and every type that these lead to
 * and that no entry point of the package exports. Read from the declarations that are published, without comments.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import ts from 'typescript'
import { publishablePackages } from '../packages/tarballs.mjs'

const printer = ts.createPrinter({ removeComments: true })

/**
 * Every entry point of every package.
 *
 * @returns {{ specifier: string, types: string, report: string }[]} `types`: its declarations; `report`: where the
 *   text is kept.
 */
export function entryPoints() {
  return publishablePackages().flatMap((name) => {
    const folder = join('packages', name)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return Object.entries(manifest.exports)
      .filter(([, conditions]) => typeof conditions === 'object')
      .map(([subpath, conditions]) => ({
        specifier: join(manifest.name, subpath),
        types: resolve(folder, conditions.import.types),
        report: join(folder, 'api', `${subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-')}.md`),
      }))
  })
}

/** Reports that are kept for entry points that no longer exist. */
export function orphanedReports() {
  const expected = entryPoints().map(({ report }) => report)
  return readdirSync('packages', { recursive: true })
    .filter((path) => !path.includes('node_modules') && path.split(sep)[1] === 'api' && path.endsWith('.md'))
    .map((path) => join('packages', path))
    .filter((path) => !expected.includes(path))
}

/** @returns {(entry: { specifier: string, types: string }) => string} Makes the text of an entry point. */
export function createReporter() {
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: ['node'] }
  const program = ts.createProgram(
    entryPoints().map(({ types }) => types),
    { ...options, noEmit: true, skipLibCheck: true },
  )
  const checker = program.getTypeChecker()

  function resolved(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  }

  /** The statements that declare a symbol at the top level of one of the package's own files. */
  function ownStatements(symbol, folder) {
    return (symbol.declarations ?? [])
      .map((declaration) => (ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration))
      .filter((node) => node.parent?.kind === ts.SyntaxKind.SourceFile && !ts.isModuleDeclaration(node))
      .filter((node) => dirname(node.getSourceFile().fileName) === folder)
  }

  function* namesIn(node) {
    if (ts.isIdentifier(node)) yield node
    for (const child of node.getChildren()) yield* namesIn(child)
  }

  function textOf(node) {
    const text = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
    return text
      .replaceAll(/^ *#private;\n/gm, '')
      .replace(/^(?:export )?declare /, '')
      .replaceAll(/^ +/gm, (spaces) => ' '.repeat(spaces.length / 2))
  }

  /** What the entry point adds to types of others, as `Request` of Express. */
  function augmentations(file) {
    return file.statements.filter(
      (node) => ts.isModuleDeclaration(node) && (ts.isGlobalScopeAugmentation(node) || ts.isStringLiteral(node.name)),
    )
  }

  function exportsOf(types) {
    const file = program.getSourceFile(types)
    if (file === undefined) throw new Error(`${types} is missing: build first`)
    return checker.getExportsOfModule(checker.getSymbolAtLocation(file))
  }

  /** What the package exports, by this entry point or by another. */
  function exportsBeside(types) {
    const entries = entryPoints().filter((entry) => dirname(entry.types) === dirname(types))
    return new Set(entries.flatMap((entry) => exportsOf(entry.types).map(resolved)))
  }

  return ({ specifier, types }) => {
    const folder = dirname(types)
    const exported = new Map()
    const reached = new Map()
    const foreign = []
    const seen = exportsBeside(types)

    function follow(statements) {
      for (const name of statements.flatMap((statement) => [...namesIn(statement)])) {
        const symbol = checker.getSymbolAtLocation(name)
        if (symbol === undefined) continue
        const target = resolved(symbol)
        const declared = ownStatements(target, folder)
        if (declared.length === 0 || seen.has(target)) continue
        seen.add(target)
        reached.set(target, declared)
        follow(declared)
      }
    }

    for (const symbol of exportsOf(types)) {
      const target = resolved(symbol)
      const statements = ownStatements(target, folder)
      if (statements.length > 0) exported.set(target, statements)
      else foreign.push(`export { ${symbol.name} } // of another package`)
    }
    const extended = augmentations(program.getSourceFile(types))
    for (const statements of [...exported.values(), extended]) follow(statements)

    const section = (symbols) =>
      [...symbols].flatMap(([symbol, nodes]) => nodes.map((node) => [symbol.name, textOf(node)])).sort(byName)
    const parts = [
      ['', [...section(exported).map(([, text]) => text), ...foreign.sort()]],
      ['## What these lead to, not exported by name', section(reached).map(([, text]) => text)],
      ['## Added to types of others', extended.map((node) => textOf(node))],
    ].filter(([, texts]) => texts.length > 0)
    const body = parts.map(([title, texts]) => `${title}\n\n\`\`\`ts\n${texts.join('\n\n')}\n\`\`\``.trim())
    return `# API of \`${specifier}\`\n\nWritten by \`npx pnpm api\`.\n\n${body.join('\n\n')}\n`
  }
}

function byName([one], [other]) {
  return one < other ? -1 : Number(one > other)
}
