/**
 * `npx pnpm bench`: measures, prints, writes `bench/RESULTS.md`. `--quick`: a short run that shows that it works, writes
 * no results and leaves `.reports/bench.json`. `--only TEXT`: rows whose name contains it; writes nothing. `--tokens N`: fewer
 * tokens and requests for the rows of memory, which take the longest. `--rounds N`: another number than 15.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { CASES } from './cases/index.mjs'
import { growth } from './growth.mjs'
import { rowAsMarkdown } from './report.mjs'
import { writeResults } from './results.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    tokens: { type: 'string' },
    rounds: { type: 'string' },
  },
})
const { quick: isQuick = false, only = '' } = values
const tokens = Number(values.tokens ?? 1_000_000)
const rounds = Number(values.rounds ?? 15)

// Whole apps and plots take longer than the others for a round, and have fewer.
const effort = isQuick
  ? { rounds: 1, appRounds: 1, plotRounds: 1, size: 100, tokens: 5_000, isQuick }
  : { rounds, appRounds: Math.ceil(rounds * 0.6), plotRounds: Math.ceil(rounds / 3), size: 1_000, tokens, isQuick }

const loadAtStart = loadavg()[0]
const rows = []
const failures = []
for (const [name, measure] of Object.entries(CASES)) {
  if (!name.includes(only)) continue
  try {
    const row = await measure(effort)
    // Left out, which it has said itself.
    if (row === undefined) continue
    rows.push(row)
    console.log(`${rowAsMarkdown(row)}\n`)
  } catch (error) {
    failures.push(name)
    console.error(`${name} could not be measured:`, error)
  }
}

if (only === '') {
  try {
    const plots = await growth(effort)
    if (!isQuick && failures.length === 0) await writeResults(rows, plots, { loadAtStart, ...effort })
  } catch (error) {
    failures.push('growth')
    console.error('growth could not be measured:', error)
  }
  // What ran, not how fast: a busy machine must not fail anybody's build.
  const passed = rows.length + (failures.includes('growth') ? 0 : 1)
  const reports = new URL('../.reports/', import.meta.url)
  await mkdir(reports, { recursive: true })
  await writeFile(new URL('bench.json', reports), JSON.stringify({ passed, failed: failures.length, failures }))
  console.log(`bench: ${passed} passed, ${failures.length} failed`)
}
process.exitCode = failures.length === 0 ? 0 : 1
