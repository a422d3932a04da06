import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { run } from '../packages/run.mjs'
import { failuresOf, unsteadyOf } from './failures.mjs'
import { REPORTS } from './reports.mjs'

const folder = mkdtempSync(join(tmpdir(), 'cognito-auth-ci-'))
afterAll(() => rmSync(folder, { recursive: true }))

const failed = (fullName, ...failureMessages) => ({ status: 'failed', fullName, failureMessages })
const VITEST = {
  numPassedTests: 8764,
  numFailedTests: 1,
  numFailedTestSuites: 1,
  numPendingTests: 2,
  testResults: [
    {
      name: '/repo/packages/a.test.ts',
      message: '',
      assertionResults: [
        { status: 'passed', fullName: 'rejects a token', failureMessages: [] },
        failed(
          'answers 401',
          '\u001B[31mAssertionError: expected 200 to be 401\n\n- 401\n+ 200\n    at /repo/packages/a.test.ts:2:65',
        ),
      ],
    },
  ],
}

test('a test that failed is told with its file, its name and its message, without the stack', () => {
  expect(failuresOf(VITEST, '/repo/')).toEqual([
    'packages/a.test.ts > answers 401\n    AssertionError: expected 200 to be 401\n    - 401\n    + 200',
  ])
})

test('so is a file that could not be loaded, and a check without tests', () => {
  const unloaded = { testResults: [{ name: '/repo/b.test.ts', message: 'Cannot find package', assertionResults: [] }] }
  expect(failuresOf(unloaded, '/repo/')).toEqual(['b.test.ts\n    Cannot find package'])
  expect(failuresOf({ passed: 1, failed: 1, failures: ['lint\n1\n2\n3\n4\n5\n6\n7'] }, '/repo/')).toEqual([
    'lint\n    1\n    2\n    3\n    4\n    5\n    6',
  ])
})

const UNSTEADY = {
  ...VITEST,
  numFailedTests: 0,
  numFailedTestSuites: 0,
  testResults: [
    {
      name: '/repo/packages/c.test.ts',
      message: '',
      assertionResults: [
        { ...failed('waits', 'Error: too early\n    at /repo/packages/c.test.ts:1:1'), status: 'passed' },
      ],
    },
  ],
}

test('a test that passed only when it was run again is no failure, and named', async () => {
  expect([failuresOf(UNSTEADY, '/repo/'), unsteadyOf(VITEST, '/repo/')]).toEqual([[], []])
  const { ok, lines } = await summary({ ...GREEN, vitest: UNSTEADY })
  expect(ok).toBe(true)
  expect(lines.slice(-4, -1)).toEqual([
    'Passed only when run again:',
    'vitest: /repo/packages/c.test.ts > waits',
    '    Error: too early',
  ])
})

/** Runs the summary over these reports, and gives its last lines. */
async function summary(reports) {
  const cwd = mkdtempSync(join(folder, 'run-'))
  mkdirSync(join(cwd, '.reports'))
  for (const [name, report] of Object.entries(reports))
    writeFileSync(join(cwd, '.reports', `${name}.json`), JSON.stringify(report))
  const script = fileURLToPath(new URL('../ci-summary.mjs', import.meta.url))
  const { ok, stdout } = await run(process.execPath, [script], { cwd })
  return { ok, lines: stdout.trimEnd().split('\n') }
}

const GREEN = Object.fromEntries(REPORTS.map((name) => [name, { passed: 1, failed: 0 }]))

test('the summary of a green run says nothing but counts', async () => {
  const { ok, lines } = await summary(GREEN)
  expect(ok).toBe(true)
  expect(lines).toHaveLength(REPORTS.length + 1)
  expect(lines.at(-1)).toBe(`${REPORTS.length} passed, 0 failed`)
})

test('that of a red one tells last what failed, in parts of a command too, and which command did not end', async () => {
  const matrix = { passed: 0, failed: 1 }
  const { demo, ...others } = { ...GREEN, bench: { passed: 0, failed: 1 } }
  const { ok, lines } = await summary({ ...others, vitest: VITEST, matrix, 'matrix-20.19.0': VITEST })
  expect(demo).toEqual({ passed: 1, failed: 0 })
  expect(ok).toBe(false)
  expect(lines.slice(REPORTS.length)).toEqual([
    '(2 skipped)',
    '',
    'Failed:',
    'vitest: /repo/packages/a.test.ts > answers 401',
    '    AssertionError: expected 200 to be 401',
    '    - 401',
    '    + 200',
    'demo: left no report, so it did not come to its end',
    'matrix-20.19.0: /repo/packages/a.test.ts > answers 401',
    '    AssertionError: expected 200 to be 401',
    '    - 401',
    '    + 200',
    'bench: its output above says what',
    `${8764 + REPORTS.length - 4} passed, 4 failed`,
  ])
})
