/** `npx pnpm api`: writes the API reports. Look at their diff: it is what users of the packages notice. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createReporter, entryPoints, orphanedReports } from './report.mjs'

const reportOf = createReporter()
for (const entry of entryPoints()) {
  mkdirSync(dirname(entry.report), { recursive: true })
  writeFileSync(entry.report, reportOf(entry))
}
for (const path of orphanedReports()) rmSync(path)
