/** What core weighs. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { bound, row } from '../report.mjs'

const core = fileURLToPath(new URL('../../packages/core/', import.meta.url))
const KB = 1000
const MB = 1000 * KB

async function filesUnder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function bytesOf(paths) {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Bytes of a dependency's folder as it is installed. */
async function installedBytes(name) {
  const require = createRequire(join(core, 'package.json'))
  let folder = dirname(require.resolve(name))
  while (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}')).name !== name) {
    folder = dirname(folder)
  }
  return await bytesOf((await filesUnder(folder)).filter((path) => !path.slice(folder.length).includes('node_modules')))
}

async function gzipped(entry, minify) {
  const { outputFiles } = await build({
    entryPoints: [join(core, 'dist', entry)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    minify,
    write: false,
  })
  return gzipSync(outputFiles[0].contents, { level: 9 }).length
}

/** Core's own code, and what `npm install` of it puts on the disk. */
export async function size() {
  const minified = await gzipped('index.mjs', true)
  const shipped = (await filesUnder(join(core, 'dist'))).filter(
    (path) => path.endsWith('.mjs') && !path.endsWith('.d.mts'),
  )
  const asShipped = await Promise.all(shipped.map(async (path) => gzipSync(await readFile(path), { level: 9 }).length))
  const own = await bytesOf(await filesUnder(join(core, 'dist')))
  const { dependencies } = JSON.parse(await readFile(join(core, 'package.json'), 'utf8'))
  const parts = [['core itself, with declarations', own]]
  for (const name of Object.keys(dependencies)) parts.push([name, await installedBytes(name)])
  const tree = parts.reduce((sum, [, bytes]) => sum + bytes, 0)
  const kb = (bytes) => [{ kb: bytes / KB }]
  return row({
    title: 'Size',
    standsFor: 'what is to be read, downloaded and kept in an image',
    samples: {
      'core’s code with what it holds of valibot, without jose, bundled, minified, gzip': kb(minified),
      'core’s code as published (readable, with comments), gzip': kb(asShipped.reduce((sum, bytes) => sum + bytes, 0)),
      ...Object.fromEntries(parts.map(([name, bytes]) => [`installed: ${name}`, kb(bytes)])),
      'installed tree without the AWS SDK': kb(tree),
    },
    columns: [['kb', 'kB', 1]],
    targets: [
      bound.value([minified / KB], 15, 'kB gzip without dependencies'),
      bound.value([tree / MB], 2.5, 'MB installed without the AWS SDK'),
    ],
  })
}
