import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Not one less, as by default: on two cores that would be one. Most tests wait for sockets and processes.
    maxWorkers: '100%',
    projects: ['packages/*', 'compat/nest*', 'docs', { test: { name: 'scripts', include: ['scripts/*/*.test.mjs'] } }],
    reporters: ['default'],
  },
})
