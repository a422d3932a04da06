/** Every command that must have left a report. One that left none did not run: that is a failure, not nothing. */
export const REPORTS = [
  'checks',
  'vitest',
  'browser',
  'demo',
  'next',
  'frameworks',
  'aws',
  'proxies',
  'python',
  'packages',
  'create',
  'matrix',
  'bench',
  'docs',
]
