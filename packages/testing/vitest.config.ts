import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'testing',
    include: ['{src,test}/**/*.test.ts'],
    setupFiles: ['../../scripts/quick-keys.mjs', '../../scripts/quiet-warnings.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
