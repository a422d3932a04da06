import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineConfig } from 'tsdown'

/**
 * Dependencies that are ES modules only: the CommonJS build holds a copy of what it uses of them, since `require()` of an
 * ES module is switched off on Lambda's Node 20 and 22, and unknown to Jest.
 */
const ESM_ONLY =
  /^(?:jose|httpxy|escape-goat|@clack\/\w+|sisteransi|picocolors|fast-(?:string(?:-truncated)?-width|wrap-ansi))(?:\/|$)/

/** Their licences ask that they come with each copy. The file's name says what of which version it is a copy of: no scanner of `node_modules` does. */
async function writeLicences(outDir, chunks) {
  const modules = chunks.flatMap((chunk) => Object.keys(chunk.modules ?? {}))
  const folders = modules.map((path) => /^.*[/]node_modules[/](?:@[^/]+[/])?[^/]+(?=[/])/.exec(path)?.[0])
  for (const folder of new Set(folders.filter((one) => one !== undefined))) {
    const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name))
    if (file === undefined) throw new Error(`${folder} has no licence to come with its copy`)
    const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    await mkdir(join(outDir, 'licences'), { recursive: true })
    await copyFile(join(folder, file), join(outDir, 'licences', `${name.replace('/', '+')}@${version}.txt`))
  }
}

/** The declarations say the same for CommonJS; only their file names differ. */
async function declareCommonJs(outDir) {
  for (const file of await readdir(outDir)) {
    if (!file.endsWith('.d.mts')) continue
    const types = await readFile(join(outDir, file), 'utf8')
    const commonJs = types.replaceAll(/(from "\.\.?\/[^"]*)\.mjs"/g, '$1.cjs"')
    await writeFile(join(outDir, file.replace('.d.mts', '.d.cts')), commonJs)
  }
}

/**
 * What runs in browsers: small, and without imports.
 *
 * @param {Record<string, string>} entry Name of an output file, to its source.
 */
export function browserConfig(entry) {
  const shared = { entry, target: 'es2022', platform: 'browser', fixedExtension: true, minify: true, clean: false }
  const hooks = { 'build:done': async ({ options }) => await declareCommonJs(options.outDir) }
  return defineConfig([
    { ...shared, format: 'esm', dts: true, hooks },
    { ...shared, format: 'cjs', dts: false },
  ])
}

/**
 * Two builds: ES modules, and CommonJS. A process may hold both (a CommonJS library in an ES module app): what they must
 * share is on `globalThis`, and their classes know each other's instances (core/src/lib/process/shared.ts).
 *
 * @param {Record<string, string>} entry Name of an output file, to its source.
 * @param {{ programs?: readonly string[], copied?: readonly RegExp[] }} [options] `programs`: entries that are commands, which nobody
 * imports. `copied`: development dependencies of which both builds hold a copy of what they use, with the licence.
 */
export function packageConfig(entry, { programs = [], copied = [] } = {}) {
  const shared = { target: 'node20', platform: 'node', fixedExtension: true }
  const bundling = (patterns) => ({ alwaysBundle: patterns, onlyBundle: patterns })
  const imported = Object.fromEntries(Object.entries(entry).filter(([name]) => !programs.includes(name)))
  return defineConfig([
    {
      ...shared,
      entry,
      format: 'esm',
      dts: true,
      deps: bundling([...copied]),
      hooks: {
        'build:done': async ({ options, chunks }) => {
          await writeLicences(options.outDir, chunks)
          for (const name of programs) await rm(join(options.outDir, `${name}.d.mts`), { force: true })
          await declareCommonJs(options.outDir)
        },
      },
    },
    {
      ...shared,
      entry: imported,
      format: 'cjs',
      dts: false,
      // The other build cleans the folder, before either begins.
      clean: false,
      deps: bundling([ESM_ONLY, ...copied]),
      // `import()` is refused inside Jest's sandbox; what is imported that way is CommonJS, or both.
      outputOptions: { dynamicImportInCjs: false },
      hooks: { 'build:done': async ({ options, chunks }) => await writeLicences(options.outDir, chunks) },
    },
  ])
}
