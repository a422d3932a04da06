import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*', 'compat/nest*', 'docs', { test: { name: 'api', include: ['scripts/api/*.test.mjs'] } }],
    reporters: ['default'],
  },
})
