/**
 * For `npx pnpm test:mutation nestjs`: changes the code that decides, one spot at a time, and expects a test to turn red.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest-strict',
  plugins: ['@stryker-mutator/vitest-runner', '../core/stryker-messages.mjs', '../core/stryker-vitest.mjs'],
  ignorers: ['messages'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false, skipFull: true },
  concurrency: 2,
  timeoutMS: 60_000,
  tempDirName: '.stryker-tmp',
}
