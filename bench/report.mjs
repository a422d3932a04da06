/** Rows of results: what was measured, how it compares, which targets it meets; as text and as Markdown. */
import { metric, ratio, summary } from './measure.mjs'

const number = (value, digits) =>
  value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })

/** `1.05 (1.03 to 1.08)`: median and quartiles. */
export function withSpread({ median, low, high }, digits) {
  return `${number(median, digits)} (${number(low, digits)} to ${number(high, digits)})`
}

function target(value, limit, isMet, sign, unit, digits = 2) {
  return {
    isMet,
    text: `${sign} ${number(limit, limit % 1 === 0 ? 0 : 2)} ${unit}`,
    measured: withSpread(value, digits),
  }
}

/** Targets: a ratio between two contenders of the same rounds, or a number. The median decides. */
export const bound = {
  atMost(samples, key, ours, other, limit, unit) {
    const value = ratio(samples, key, ours, other)
    return target(value, limit, value.median <= limit, 'at most', unit)
  },
  atLeast(samples, key, ours, other, limit, unit) {
    const value = ratio(samples, key, ours, other)
    return target(value, limit, value.median >= limit, 'at least', unit)
  },
  absolute(samples, key, ours, limit, unit) {
    const value = metric(samples, ours, key)
    return target(value, limit, value.median <= limit, 'at most', unit)
  },
  /** A number that was found otherwise, once or several times. */
  value(values, limit, unit) {
    const value = summary(values)
    return target(value, limit, value.median <= limit, 'at most', unit)
  },
  /** Something that is so or not. */
  fact(text, isMet) {
    return { isMet, text, measured: isMet ? 'yes' : 'no' }
  },
}

/**
 * One row of the results.
 *
 * @param {object} given
 * @param {string} given.title
 * @param {string} given.standsFor What it stands for in an app.
 * @param {Record<string, object[]>} given.samples By contender, in rounds.
 * @param {[key: string, label: string, digits: number][]} given.columns What to tell of each sample.
 * @param {{ isMet: boolean, text: string, measured: string }[]} given.targets
 * @param {string[]} [given.notes]
 */
export function row({ title, standsFor, samples, columns, targets, notes = [] }) {
  const head = ['', ...columns.map(([, label]) => label)]
  const body = Object.keys(samples).map((name) => [
    name,
    ...columns.map(([key, , digits]) => withSpread(metric(samples, name, key), digits)),
  ])
  return { title, standsFor, head, body, targets, notes }
}

function table(head, body) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...body.map(line)].join('\n')
}

/** One row as Markdown. */
export function rowAsMarkdown({ title, standsFor, head, body, targets, notes }) {
  return [
    `### ${title}`,
    `Stands for: ${standsFor}.`,
    table(head, body),
    ...(targets.length === 0
      ? []
      : [
          table(
            ['target', 'measured', 'met'],
            targets.map((one) => [one.text, one.measured, one.isMet ? 'yes' : '**no**']),
          ),
        ]),
    ...notes,
  ].join('\n\n')
}

/** All targets of all rows, for the top of the page. */
export function targetsAsMarkdown(rows) {
  const body = rows.flatMap((one) =>
    one.targets.map((given) => [one.title, given.text, given.measured, given.isMet ? 'yes' : '**no**']),
  )
  return table(['case', 'target', 'measured', 'met'], body)
}
