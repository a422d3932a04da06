import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'local-alb in a browser',
    include: ['test/**/*.browser.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'threads',
  },
})
