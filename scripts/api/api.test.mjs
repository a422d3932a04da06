import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createReporter, entryPoints, orphanedReports } from './report.mjs'

describe('the public API is what its report says; after a change on purpose: npx pnpm api', () => {
  const reportOf = createReporter()

  test.each(entryPoints())('$specifier', (entry) => {
    const pinned = existsSync(entry.report) ? readFileSync(entry.report, 'utf8') : 'no report'
    expect(reportOf(entry)).toBe(pinned)
  })

  test('no report is left of an entry point that is gone', () => {
    expect(orphanedReports()).toEqual([])
  })
})
