/** What `audit` finds, misses and invents, in templates of which it is known what is wrong with them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { auditFile } from '../../src/audit/audit.js'
import { RULES } from '../../src/audit/rules.js'
import { pathOf, type Template, TEMPLATES } from './templates.js'

const PAGE = fileURLToPath(new URL('../../../../docs/cli.md', import.meta.url))

function foundIn(template: Template): string[] {
  return auditFile(pathOf(template.file)).findings.map(({ rule, resource }) => `${rule}:${resource}`)
}

test.each(TEMPLATES)('$file: nothing missed, no false alarm', (template) => {
  expect(foundIn(template).sort()).toEqual([...template.problems].sort())
  expect(auditFile(pathOf(template.file)).unchecked).toBe(template.unchecked ?? 0)
})

test.each(TEMPLATES.filter(({ file }) => file.startsWith('terraform-') && !file.includes('after-apply')))(
  '$file without resource_changes, which name what is unknown: the same is found',
  (template) => {
    const { resource_changes: _, ...plan } = JSON.parse(readFileSync(pathOf(template.file), 'utf8')) as Record<
      string,
      unknown
    >
    const folder = mkdtempSync(join(tmpdir(), 'plan-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'plan.json')
    writeFileSync(file, JSON.stringify(plan))
    const found = auditFile(file).findings.map(({ rule, resource }) => `${rule}:${resource}`)
    expect(found.sort()).toEqual([...template.problems].sort())
  },
)

test('each file of the folder is in the list, or nested in one that is', () => {
  const listed = TEMPLATES.map(({ file }) => file)
  const files = readdirSync(pathOf('')).filter((file) => !/\.(network|web)\.json$/.test(file))
  expect(files.sort()).toEqual(listed.sort())
  expect(TEMPLATES.filter(({ problems }) => problems.length === 0).length).toBeGreaterThanOrEqual(12)
})

describe.each([
  ['CloudFormation', '.template.json'],
  ['Terraform', '.plan.json'],
])('in %s', (_, ending) => {
  test.each(RULES.map(({ name }) => name))('%s has a template in which it must find something', (name) => {
    const own = TEMPLATES.filter(({ file }) => file.endsWith(ending))
    expect(own.flatMap(({ problems }) => problems).some((one) => one.startsWith(`${name}:`))).toBe(true)
  })
})

/** The table of the page: made here, so that it says what is so. */
function table(): string {
  const cells = TEMPLATES.map((template) => {
    const found = foundIn(template)
    const hits = found.filter((one) => template.problems.includes(one))
    return {
      file: template.file.replace(/\.(template|plan)\.json$/, ''),
      what: template.what,
      problems: template.problems.length,
      found: hits.length,
      missed: template.problems.length - hits.length,
      alarms: found.length - hits.length,
      unchecked: auditFile(pathOf(template.file)).unchecked,
    }
  })
  const sum = (name: 'problems' | 'found' | 'missed' | 'alarms' | 'unchecked'): number =>
    cells.reduce((total, row) => total + row[name], 0)
  const all = [
    ['template', 'what it is', 'problems', 'found', 'missed', 'false alarms', 'not checked'],
    ...cells.map((row) => [
      `\`${row.file}\``,
      row.what,
      row.problems,
      row.found,
      row.missed,
      row.alarms,
      row.unchecked,
    ]),
    [
      'all',
      `${TEMPLATES.length} templates`,
      sum('problems'),
      sum('found'),
      sum('missed'),
      sum('alarms'),
      sum('unchecked'),
    ],
  ].map((row) => row.map(String))
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const lines = all.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`)
  return lines.join('\n')
}

test('the table of docs/cli.md is what comes of it (UPDATE_TABLE=1 writes it)', () => {
  const page = readFileSync(PAGE, 'utf8')
  const shown = /<!-- audit table -->\n+(?<table>(?:\|.*\n)*)/
  const made = table()
  if (process.env['UPDATE_TABLE'] === '1') writeFileSync(PAGE, page.replace(shown, `<!-- audit table -->\n\n${made}\n`))
  expect(shown.exec(readFileSync(PAGE, 'utf8'))?.groups?.['table']?.trim()).toBe(made)
})
