/**
 * How all tests are run: by `npx pnpm test`, and on other versions of Node.
 *
 * @module
 */

export const VITEST_RUN = [
  'run',
  // Not in child processes, as by default: now and then the end of a file is not heard there, and waited for without a limit.
  '--pool=threads',
  '--reporter=./scripts/unfinished.mjs',
]
