import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Run by `npx pnpm test:aws`, which starts the emulator first. */
export default defineConfig({
  test: {
    name: 'aws',
    testTimeout: 60_000,
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['test/aws/**/*.test.ts'],
    pool: 'threads',
  },
})
