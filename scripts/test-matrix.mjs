/**
 * `npx pnpm test:matrix [VERSION...]`: the tests of core and the adapters, with every framework they support, on the oldest
 * and the newest Node (or on those named). Leaves `.reports/matrix.json`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { environmentFor, getNodes, NODE_VERSIONS } from './packages/nodes.mjs'
import { run } from './packages/run.mjs'
import { VITEST_RUN } from './vitest-run.mjs'

/**
 * What says no more on another Node: the docs, the API reports, random input, time limits; and commands and the local load
 * balancer, which `npx pnpm test:packages` starts on each Node.
 */
const LEFT_OUT = [/[/](?:docs|scripts|cli|local-alb)[/]/, /[/](?:hostile|differential|slow)[.]test[.]ts$/]

/** The test files. Not `--exclude`, which does not reach the projects of a workspace. */
async function testFiles() {
  const { ok, stdout, output } = await run('vitest', ['list', '--filesOnly', '--json'])
  if (!ok) throw new Error(output)
  const files = JSON.parse(stdout).map(({ file }) => relative(process.cwd(), file))
  return files.filter((file) => !LEFT_OUT.some((pattern) => pattern.test(`/${file}`)))
}

const named = process.argv.slice(2)
const nodes = await getNodes(named.length > 0 ? named : [NODE_VERSIONS.at(0), NODE_VERSIONS.at(-1)])
const files = await testFiles()
mkdirSync('.reports', { recursive: true })

let passed = 0
let failed = 0
for (const node of nodes) {
  const file = `.reports/matrix-${node.version}.json`
  rmSync(file, { force: true })
  const args = [...VITEST_RUN, '--reporter=json', `--outputFile.json=${file}`]
  const { ok, output } = await run('node', [...args, ...files], { env: environmentFor(node) })
  const counts = { passed: 0, failed: ok ? 0 : 1 }
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    counts.passed = report.numPassedTests
    counts.failed = Math.max(report.numFailedTests, counts.failed)
  } catch (error) {
    console.error(`no report of Node ${node.version}: ${error.message}`)
    counts.failed = 1
  }
  console.log(`Node ${node.version}: ${counts.passed} passed, ${counts.failed} failed`)
  if (counts.failed > 0) console.error(output)
  passed += counts.passed
  failed += counts.failed
}
writeFileSync('.reports/matrix.json', JSON.stringify({ passed, failed }))
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
