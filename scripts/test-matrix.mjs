/**
 * `npx pnpm test:matrix [VERSION...]`: the tests of all packages, with every framework they support, on the oldest and
 * the newest Node (or on those named). Leaves `.reports/matrix.json`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { environmentFor, getNodes, NODE_VERSIONS } from './packages/nodes.mjs'
import { run } from './packages/run.mjs'

/** Random input says no more on a second Node, and takes most of the time. */
const LEFT_OUT = ['**/hostile.test.ts', '**/differential.test.ts']

const named = process.argv.slice(2)
const nodes = await getNodes(named.length > 0 ? named : [NODE_VERSIONS.at(0), NODE_VERSIONS.at(-1)])
mkdirSync('.reports', { recursive: true })

let passed = 0
let failed = 0
for (const node of nodes) {
  const file = `.reports/matrix-${node.version}.json`
  rmSync(file, { force: true })
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=json',
    '--reporter=dot',
    `--outputFile.json=${file}`,
  ]
  const { ok, output } = await run('node', [...args, ...LEFT_OUT.flatMap((glob) => ['--exclude', glob])], {
    env: environmentFor(node),
  })
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
