/**
 * Publishes the tarballs that another job packed and tested: `node scripts/release/publish.mjs FOLDER [--dry-run]`.
 *
 * Needs npm alone: a job that may publish installs no dependency and runs no build. What is on the registry already is
 * left alone, so that a run that was cut off can be started again. `New tag:` lines are what changesets/action reads.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { publishOrder } from './publish-order.mjs'

function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
  return stdout
}

function isPublished(name, version) {
  return spawnSync('npm', ['view', `${name}@${version}`, 'version'], { encoding: 'utf8' }).stdout.trim() === version
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { 'dry-run': { type: 'boolean' } } })
const [folder] = positionals
if (folder === undefined) throw new Error('Missing folder of tarballs')

const tarballs = readdirSync(folder)
  .filter((file) => file.endsWith('.tgz'))
  .map((file) => ({
    file: join(folder, file),
    manifest: JSON.parse(output('tar', ['-xzOf', join(folder, file), 'package/package.json'])),
  }))
if (tarballs.length === 0) throw new Error(`${folder} has no tarballs`)

for (const { file, manifest } of publishOrder(tarballs)) {
  const { name, version } = manifest
  if (isPublished(name, version)) {
    console.log(`${name}@${version} is on the registry already`)
    continue
  }
  if (values['dry-run']) {
    console.log(`would publish ${name}@${version} from ${file}`)
    continue
  }
  output('npm', ['publish', `./${file}`, '--provenance', '--access', 'public', '--ignore-scripts'])
  output('git', ['tag', `${name}@${version}`])
  console.log(`New tag: ${name}@${version}`)
}
