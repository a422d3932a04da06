import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*', 'compat/nest*', 'docs', { test: { name: 'scripts', include: ['scripts/*/*.test.mjs'] } }],
    reporters: ['default'],
  },
})
