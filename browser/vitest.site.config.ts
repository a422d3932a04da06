import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { name: 'site', include: ['test/site.browser.ts'], testTimeout: 60_000, hookTimeout: 60_000, pool: 'threads' },
})
