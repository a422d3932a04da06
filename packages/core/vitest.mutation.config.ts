import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** From the sandbox that Stryker runs in, too. */
function findUp(path: string, from: string = process.cwd()): string {
  const found = join(from, path)
  if (existsSync(found) || from === dirname(from)) return found
  return findUp(path, dirname(from))
}

/** For mutation testing: without the made-up tokens, which would kill mutants by chance and slowly. */
export default defineConfig({
  test: {
    include: ['{src,test}/**/*.test.ts'],
    exclude: ['test/aws/**', 'test/{hostile,differential,slow}.test.ts'],
    setupFiles: [findUp('scripts/quick-keys.ts'), findUp('scripts/quiet-warnings.ts')],
    testTimeout: 30_000,
  },
})
