/** `prepack` of every package: a clone that was not built must not be published. Says nothing on stdout, which is pnpm's. */
import { existsSync, readFileSync } from 'node:fs'
import { entryFiles } from './entry-files.mjs'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const missing = entryFiles(manifest).filter((path) => !existsSync(path))
if (missing.length > 0) {
  console.error(`${manifest.name} is not built: ${missing.join(', ')} missing. Run in the root: npx pnpm build`)
  process.exit(1)
}
