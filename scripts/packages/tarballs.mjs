/** Packs every package as `pnpm publish` would, and looks at what a stranger would get. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryFiles } from './entry-files.mjs'
import { run } from './run.mjs'

const ALLOWED = /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/.+|templates\/.+)$/
const REQUIRED = ['package.json', 'README.md', 'LICENSE']

/** package.json of a package. @param name Folder name of the package. */
export function manifestOf(name) {
  return JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'))
}

/** Folder names of the packages that are published. */
export function publishablePackages() {
  return readdirSync('packages').filter((name) => manifestOf(name).private !== true)
}

/**
 * @param {string} name Folder name of the package.
 * @param {string} destination Folder for the tarball.
 * @returns {Promise<{ name: string, file: string, files: string[], entries: string[] }>} `name` as on the registry;
 *   `entries`: the files that package.json names.
 */
export async function pack(name, destination) {
  const args = ['pack', '--json', '--pack-destination', destination]
  const { ok, output, stdout } = await run('pnpm', args, { cwd: join('packages', name) })
  if (!ok) throw new Error(`packages/${name} cannot be packed:\n${output}`)
  const packed = JSON.parse(stdout)
  const files = packed.files.map(({ path }) => path)
  return { name: packed.name, file: packed.filename, files, entries: entryFiles(manifestOf(name)) }
}

/** @returns {string[]} What is wrong with the tarball's contents. */
export function problemsOf({ files, entries }) {
  return [
    ...files.filter((path) => !ALLOWED.test(path)).map((path) => `${path} does not belong in a tarball`),
    ...[...REQUIRED, ...entries].filter((path) => !files.includes(path)).map((path) => `${path} is missing`),
  ]
}
