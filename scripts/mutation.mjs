/**
 * Mutation testing, part after part: `packages/PACKAGE/mutation.mjs` says which files are a part, and which suites ask
 * them. Each part has a report of its own, so that a run that was cut short goes on where it stopped.
 *
 * `node scripts/mutation.mjs [--resume | --fresh] [PACKAGE [PART…]]`; without a package, all that have such a file.
 *
 * A part that has a report is asked only what has changed since in its files and suites: what survived, after a test was
 * written. `--resume` leaves such parts out; `--fresh` forgets their reports, after a change in a file that is in no part.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const PACKAGES = ['core', 'nestjs']
const ENDS = { killed: 'Killed', timeout: 'Timeout', survived: 'Survived', uncovered: 'NoCoverage' }

/** What is known of a part, without what survived: Stryker by itself asks nothing again of what runs while a suite is loaded. */
function withoutSurvivors(report) {
  const known = JSON.parse(readFileSync(report, 'utf8'))
  for (const file of Object.values(known.files)) {
    file.mutants = file.mutants.filter(({ status }) => status !== ENDS.survived && status !== ENDS.uncovered)
  }
  return JSON.stringify(known)
}

/** Runs one part. What Stryker says of it is on the screen; the report is replaced only when it comes to the end. */
function run(folder, { mutate, suites }, report) {
  console.log(`\n${mutate.join(' ')}`)
  const running = `${report}.running`
  rmSync(running, { force: true })
  if (existsSync(report)) writeFileSync(running, withoutSurvivors(report))
  const stryker = join(folder, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const given = ['--incremental', '--incrementalFile', running, '--mutate', mutate.join(',')]
  const env = { ...process.env, MUTATION_SUITES: suites.join(',') }
  const { status } = spawnSync(process.execPath, [stryker, 'run', ...given], { cwd: folder, stdio: 'inherit', env })
  if (status === 0) renameSync(running, report)
  else process.exitCode = 1
}

/** How many mutants came to which end. Those that do not load are no mutants. */
function countsOf(mutants) {
  return Object.values(ENDS).map((end) => mutants.filter(({ status }) => status === end).length)
}

/** In per cent, rounded down. A test that waited in vain has found the mutant, too. */
function scoreOf([killed, timeout, survived, uncovered]) {
  const all = killed + timeout + survived + uncovered
  return all === 0 ? 100 : Math.floor((1000 * (killed + timeout)) / all) / 10
}

function printLine(name, cells) {
  console.log(`${name.padEnd(36)}${cells.map((cell) => String(cell).padStart(10)).join('')}`)
}

/** Prints the score of each file that has a report, and of all. */
function printScores(name, reports) {
  const files = reports.flatMap((report) => Object.entries(JSON.parse(readFileSync(report, 'utf8')).files))
  console.log()
  printLine(name, ['score', ...Object.keys(ENDS)])
  for (const [file, { mutants }] of files) printLine(file, [scoreOf(countsOf(mutants)), ...countsOf(mutants)])
  const total = countsOf(files.flatMap(([, { mutants }]) => mutants))
  printLine('all of these', [scoreOf(total), ...total])
  return scoreOf(total)
}

/** @returns Whether every part has a report, and the score is high enough. */
async function test(name, wanted, { resume = false, fresh = false }) {
  const folder = fileURLToPath(new URL(`../packages/${name}`, import.meta.url))
  const { parts, lowest } = await import(pathToFileURL(join(folder, 'mutation.mjs')).href)
  const names = Object.keys(parts)
  const unknown = wanted.filter((part) => !names.includes(part))
  if (unknown.length > 0) throw new Error(`No such part: ${unknown.join(', ')}. There are ${names.join(', ')}`)

  mkdirSync(join(folder, 'reports/mutation'), { recursive: true })
  const reportOf = (part) => join(folder, 'reports/mutation', `${part}.json`)
  for (const part of wanted.length > 0 ? wanted : names) {
    if (fresh) rmSync(reportOf(part), { force: true })
    if (!resume || !existsSync(reportOf(part))) run(folder, parts[part], reportOf(part))
  }
  const score = printScores(
    name,
    names.map(reportOf).filter((report) => existsSync(report)),
  )
  const missing = names.filter((part) => !existsSync(reportOf(part)))
  if (missing.length > 0) console.log(`no report of ${missing.join(', ')}`)
  if (score < lowest) console.log(`lower than ${lowest}`)
  return missing.length === 0 && score >= lowest
}

const options = { resume: { type: 'boolean' }, fresh: { type: 'boolean' } }
const { values, positionals } = parseArgs({ allowPositionals: true, options })
const [name, ...wanted] = positionals
for (const one of name === undefined ? PACKAGES : [name]) {
  if (!(await test(one, wanted, values))) process.exitCode = 1
}
