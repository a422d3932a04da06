import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'core',
    include: ['{src,test}/**/*.test.ts'],
    setupFiles: ['../../scripts/quick-keys.mjs', '../../scripts/quiet-warnings.ts'],
    exclude: ['test/aws/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
