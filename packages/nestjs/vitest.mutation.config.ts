import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The tests of what decides: who is asked for what, and what keeps an app from starting. */
const suites = [
  'stated',
  'lost',
  'contexts',
  'federation',
  'global-guard',
  'graphql',
  'guard',
  'ordinary',
  'rpc',
  'scopes',
  'websocket',
]

/** From the sandbox that Stryker runs in, too. */
function findUp(path: string, from: string = process.cwd()): string {
  const found = join(from, path)
  if (existsSync(found) || from === dirname(from)) return found
  return findUp(path, dirname(from))
}

export default defineConfig({
  test: {
    name: 'nestjs',
    include: suites.map((name) => `{src/access,test}/${name}.test.ts`),
    setupFiles: [findUp('scripts/quick-keys.ts'), findUp('scripts/quiet-warnings.ts')],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
