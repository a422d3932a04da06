/**
 * How all tests are run: by `npx pnpm test`, and on other versions of Node. Arguments of Node, the first of which is Vitest.
 *
 * @module
 */
import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')

/**
 * On a CI machine, which others may keep busy, a test that failed is run once more: of thousands that wait for processes and
 * sockets one may. It is no secret: `ci-summary.mjs` names it last of all, with why it failed, to be mended.
 */
export const RETRIES = process.env.CI ? ['--retry=1'] : []

export const VITEST_RUN = [
  // Vitest's own; those of the tests are left out by scripts/quiet-warnings.ts.
  '--no-warnings',
  vitest,
  'run',
  ...RETRIES,
  // Not in child processes, as by default: now and then the end of a file is not heard there, and waited for without a limit.
  '--pool=threads',
  // Failures and the sum; not a line for each of thousands.
  '--reporter=minimal',
  '--reporter=./scripts/unfinished.mjs',
  '--reporter=./scripts/skipped.mjs',
]
