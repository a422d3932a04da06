/**
 * Reads a report in `.reports`: vitest's own JSON, or `{ "passed": 1, "failed": 1, "failures": ["what"] }`.
 *
 * @module
 */
import { stripVTControlCharacters } from 'node:util'

/** Lines of each failure: the message with the values that differ; the stack below is in the log of the command. */
const LINES = 6

const firstLines = (text) =>
  stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
    .slice(0, LINES)
    .map((line) => `    ${line}`)

const fileBelow = (root, name) => (name.startsWith(root) ? name.slice(root.length) : name)

const describe = (file, test, messages) => [`${file} > ${test}`, ...firstLines(messages[0] ?? '')].join('\n')

/** @returns {{ passed: number, failed: number, skipped: number }} */
export function countsOf(report) {
  const failed = report.failed ?? report.numFailedTests
  return {
    passed: report.passed ?? report.numPassedTests,
    // A suite that could not be loaded has no test in it that failed.
    failed: failed === 0 ? (report.numFailedTestSuites ?? 0) : failed,
    skipped: report.numPendingTests ?? 0,
  }
}

/**
 * Tests that failed and passed when they were run again.
 *
 * @param {object} report
 * @param {string} root the folder that files are named from
 * @returns {string[]} as of {@link failuresOf}
 */
export function unsteadyOf(report, root) {
  return (report.testResults ?? []).flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
      .map(({ fullName, failureMessages }) => describe(fileBelow(root, name), fullName, failureMessages)),
  )
}

/**
 * @param {object} report
 * @param {string} root the folder that files are named from
 * @returns {string[]} one entry for each failure: where and what, then the first lines of its message.
 */
export function failuresOf(report, root) {
  const failures = [...(report.failures ?? [])].map((failure) => {
    const [what, ...message] = failure.split('\n')
    return [what, ...firstLines(message.join('\n'))].join('\n')
  })
  for (const { name, message, assertionResults } of report.testResults ?? []) {
    const file = fileBelow(root, name)
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed') failures.push(describe(file, fullName, failureMessages))
    // A file that could not be loaded, or a hook of it that threw.
    if (message) failures.push([file, ...firstLines(message)].join('\n'))
  }
  return failures
}
