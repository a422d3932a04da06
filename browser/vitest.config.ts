import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'apps in a browser',
    include: ['test/**/*.browser.ts'],
    exclude: ['test/site.browser.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One app at a time: on two cores more only wait for each other.
    fileParallelism: false,
    pool: 'threads',
  },
})
