/**
 * `npx pnpm --filter @cognito-auth/nestjs run test:mutation`: changes the code that decides, one spot at a time, and
 * expects a test to turn red. The report is in `packages/nestjs/reports/mutation`.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', '../core/stryker-messages.mjs'],
  ignorers: ['messages'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: ['src/{access,discovery}/*.ts', 'src/guard.ts', '!src/**/*.test.ts'],
  coverageAnalysis: 'perTest',
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false, skipFull: true },
  concurrency: 2,
  timeoutMS: 60_000,
  thresholds: { high: 90, low: 85, break: 85 },
  tempDirName: '.stryker-tmp',
}
