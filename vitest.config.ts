import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Twice the processors: most tests wait for sockets, processes and time limits. On two cores this took a third off.
    maxWorkers: Math.min(8, 2 * availableParallelism()),
    projects: [
      'packages/*',
      'compat/nest*',
      'docs',
      { test: { name: 'scripts', include: ['scripts/*/*.test.mjs'], testTimeout: 60_000 } },
    ],
    reporters: ['default'],
  },
})
