import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'gateway behind other proxies',
    include: ['proxies/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
