import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'Python apps behind the gateway',
    setupFiles: ['../../scripts/quiet-warnings.ts'],
    include: ['python/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // A browser and a Python app keep two cores busy.
    fileParallelism: false,
  },
})
