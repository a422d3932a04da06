/** Packs every published package into the folder FOLDER: `node scripts/release/pack.mjs FOLDER`. What is wrong with one fails it. */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { pack, problemsOf, publishablePackages } from '../packages/tarballs.mjs'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Missing folder for the tarballs')
mkdirSync(folder, { recursive: true })
for (const name of publishablePackages()) {
  const tarball = await pack(name, resolve(folder))
  const problems = problemsOf(tarball)
  if (problems.length > 0) throw new Error(`packages/${name}: ${problems.join('; ')}`)
  console.log(tarball.file)
}
