/**
 * For `npx pnpm test:mutation core`: changes the code that decides, one spot at a time, and expects a test to turn red.
 *
 * What survives is read. It is of these kinds: time limits of files and secrets, which `test/slow.test.ts` waits for and this
 * run leaves out; jitter; speed (remembering what was read last, asking the cheap question first), without which the answer is
 * the same; conditions that the compiler wants and no value reaches; permissions of files, which the root user of a container
 * does not have.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest-strict',
  plugins: ['@stryker-mutator/vitest-runner', './stryker-messages.mjs', './stryker-vitest.mjs'],
  ignorers: ['messages'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false, skipFull: true },
  concurrency: 2,
  timeoutMS: 60_000,
  tempDirName: '.stryker-tmp',
}
