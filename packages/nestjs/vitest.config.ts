import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'nestjs',
    include: ['{src,test}/**/*.test.ts'],
    // Files share a thread: to load Nest for each of them was two thirds of what they cost. `compat` runs them each for itself.
    isolate: false,
    setupFiles: [
      '../../scripts/quick-keys.mjs',
      '../../scripts/quiet-warnings.ts',
      '../../scripts/after-file.ts',
      './test/after-file.ts',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
