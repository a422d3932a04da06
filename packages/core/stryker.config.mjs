/**
 * `npx pnpm test:mutation`: changes the code that decides, one spot at a time, and expects a test to turn red.
 * Takes about half an hour on two cores; the report is in `packages/core/reports/mutation`.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', './stryker-messages.mjs'],
  ignorers: ['messages'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: ['src/{keys,verifier,rules,config}/**/*.ts', 'src/headers.ts', '!src/**/*.test.ts'],
  coverageAnalysis: 'perTest',
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false, skipFull: true },
  concurrency: 2,
  timeoutMS: 20_000,
  thresholds: { high: 95, low: 90, break: 90 },
  tempDirName: '.stryker-tmp',
}
