/** `node scripts/packages/sizes.mjs`: what each built package weighs, in kB and gzipped, as ES modules and as CommonJS. Commands are left out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { manifestOf, publishablePackages } from './tarballs.mjs'

const kB = (bytes) => (bytes / 1000).toFixed(1)

/** The files of one build that the entry points lead to, in one: shared chunks count once. */
function sizeOf(folder, manifest, condition, extension) {
  const waiting = Object.entries(manifest.exports)
    .filter(([name]) => name !== './package.json' && name !== './browser')
    .map(([, conditions]) => conditions[condition].default.replace('./dist/', ''))
  const seen = new Set()
  while (waiting.length > 0) {
    const file = waiting.pop()
    if (seen.has(file)) continue
    seen.add(file)
    const code = readFileSync(join(folder, file), 'utf8')
    waiting.push(...readdirSync(folder).filter((other) => other.endsWith(extension) && code.includes(`./${other}"`)))
  }
  const code = Buffer.concat([...seen].map((file) => readFileSync(join(folder, file))))
  return `${kB(code.length).padStart(8)} ${kB(gzipSync(code).length).padStart(8)}`
}

console.log(
  `${'package'.padEnd(12)} ${'ESM kB'.padStart(8)} ${'gzip'.padStart(8)} ${'CJS kB'.padStart(8)} ${'gzip'.padStart(8)}`,
)
for (const name of publishablePackages()) {
  const folder = join('packages', name, 'dist')
  if (!existsSync(folder)) throw new Error(`packages/${name} is not built: npx pnpm build`)
  const manifest = manifestOf(name)
  console.log(
    `${name.padEnd(12)} ${sizeOf(folder, manifest, 'import', '.mjs')} ${sizeOf(folder, manifest, 'require', '.cjs')}`,
  )
}
for (const file of ['browser.mjs', 'browser.cjs']) {
  const code = readFileSync(join('packages/core/dist', file))
  console.log(`core/${file}: ${code.length} bytes, ${gzipSync(code).length} gzipped`)
}
