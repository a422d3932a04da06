import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'local-alb',
    include: ['{src,test}/**/*.test.ts'],
    // Files share a thread: most of what they cost was to load the same modules.
    isolate: false,
    setupFiles: ['../../scripts/quick-keys.mjs', '../../scripts/quiet-warnings.ts', '../../scripts/after-file.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
