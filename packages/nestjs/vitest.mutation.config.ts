import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The suites that `scripts/mutation.mjs` gives, those of the part in hand; all of them without it. */
const suites = (process.env['MUTATION_SUITES'] ?? '**/*').split(',')

/** From the sandbox that Stryker runs in, too. */
function findUp(path: string, from: string = process.cwd()): string {
  const found = join(from, path)
  if (existsSync(found) || from === dirname(from)) return found
  return findUp(path, dirname(from))
}

export default defineConfig({
  test: {
    name: 'nestjs',
    include: suites.map((name) => `{src/access,src/discovery,test}/${name}.test.ts`),
    setupFiles: [findUp('scripts/quick-keys.mjs'), findUp('scripts/quiet-warnings.ts')],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
