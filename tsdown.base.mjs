import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineConfig } from 'tsdown'

/**
 * One ESM build, and for CommonJS a door to that same build: `require()` of an ES module works from Node 20.19 on.
 * A second, CommonJS, copy of the code would mean two `CognitoAuthError` classes and two memories of who was verified.
 *
 * @param {Record<string, string>} entry Name of an output file, to its source.
 * @param {{ programs?: readonly string[] }} [options] `programs`: entries that are commands, which nobody imports.
 */
export function packageConfig(entry, { programs = [] } = {}) {
  return defineConfig({
    entry,
    format: ['esm'],
    dts: true,
    target: 'node20',
    platform: 'node',
    fixedExtension: true,
    hooks: {
      'build:done': async ({ options }) => {
        for (const name of programs) await rm(join(options.outDir, `${name}.d.mts`), { force: true })
        // The declarations say the same for CommonJS; only their file names differ.
        for (const file of await readdir(options.outDir)) {
          if (!file.endsWith('.d.mts')) continue
          const types = await readFile(join(options.outDir, file), 'utf8')
          const commonJs = types.replaceAll(/(from "\.\.?\/[^"]*)\.mjs"/g, '$1.cjs"')
          await writeFile(join(options.outDir, file.replace('.d.mts', '.d.cts')), commonJs)
        }
        for (const name of Object.keys(entry).filter((one) => !programs.includes(one))) {
          const door = `'use strict'\nmodule.exports = require('./${name}.mjs')\n`
          await writeFile(join(options.outDir, `${name}.cjs`), door)
        }
      },
    },
  })
}
