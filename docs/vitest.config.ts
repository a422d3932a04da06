import { defineConfig } from 'vitest/config'

// Type-checking every block of every page, and starting the apps of the framework pages, takes its time on a busy machine.
export default defineConfig({
  test: {
    name: 'docs',
    include: ['test/*.test.ts'],
    setupFiles: ['../scripts/quick-keys.mjs', '../scripts/quiet-warnings.ts'],
    testTimeout: 600_000,
  },
})
