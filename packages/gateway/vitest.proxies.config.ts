import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'gateway behind other proxies',
    setupFiles: ['../../scripts/quiet-warnings.ts'],
    include: ['proxies/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
