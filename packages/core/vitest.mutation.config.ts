import { defineConfig } from 'vitest/config'

/** For mutation testing: without the made-up tokens, which would kill mutants by chance and slowly. */
export default defineConfig({
  test: {
    include: ['{src,test}/**/*.test.ts'],
    exclude: ['test/aws/**', 'test/{hostile,differential,slow}.test.ts'],
    setupFiles: ['../../scripts/quick-keys.ts'],
    testTimeout: 30_000,
  },
})
