/**
 * Writes into every published package.json where the sources are: GITHUB_REPOSITORY, as GitHub Actions sets it. The
 * release workflow runs this before it publishes; npm refuses provenance when `repository` is another one, or missing.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestOf, publishablePackages } from './packages/tarballs.mjs'
import { repositoryFields } from './release/repository-fields.mjs'

try {
  for (const name of publishablePackages()) {
    const folder = join('packages', name)
    const manifest = { ...manifestOf(name), ...repositoryFields(process.env.GITHUB_REPOSITORY, folder) }
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  }
} catch (error) {
  console.error(`set-repository: ${error.message}`)
  process.exitCode = 1
}
