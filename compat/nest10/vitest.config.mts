import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'nest10',
    include: ['test/**/*.test.ts'],
    setupFiles: ['../../scripts/quick-keys.mjs', '../../scripts/quiet-warnings.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Node loads all of ours, as in an app: a second copy of core through Vite would have other classes.
    server: { deps: { external: [/\/packages\/\w+\/dist\//] } },
  },
})
