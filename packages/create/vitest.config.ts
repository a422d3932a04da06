import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'create',
    include: ['{src,test}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: ['../../scripts/quick-keys.mjs', '../../scripts/quiet-warnings.ts'],
  },
})
