/**
 * `npx pnpm test:packages [NAME...]`: what a stranger gets from the registry. Packs every package, looks into the
 * tarballs, and uses each in a project outside the workspace: on each Node, and with the oldest peers that it allows. Leaves `.reports/packages.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkProject, createProject, floorsOf, JEST_MAJORS, jestProblem } from './packages/consumer-project.mjs'
import { getNodes, NODE_VERSIONS } from './packages/nodes.mjs'
import { run } from './packages/run.mjs'
import { pack, problemsOf, publishablePackages } from './packages/tarballs.mjs'

/** As many packages at a time as CI machines have processors. */
const PARALLEL = 2

let passed = 0
const failures = []

function record(name, what, problem) {
  if (problem === undefined) passed += 1
  else {
    failures.push(`${name}: ${what}\n${problem.trim()}`)
    console.error(`FAILED ${name}: ${what}\n${problem.trim().replaceAll(/^/gm, '    ')}`)
  }
}

async function recordRun(name, what, command, args) {
  const { ok, output } = await run(command, args)
  record(name, what, ok ? undefined : output)
}

async function checkConsumer(name, prefix, { nodes, resolutions, ...where }) {
  let project
  try {
    project = await createProject(name, where)
  } catch (error) {
    record(name, `${prefix}installing the tarballs`, error.message)
    return
  }
  for await (const { what, problem } of checkProject(project, nodes, resolutions)) {
    record(name, prefix + what, problem)
  }
}

async function check(name, { folder, tarballs, nodes }) {
  const { file, problems } = tarballs.find((tarball) => tarball.folder === name)
  record(name, 'contents', problems.length === 0 ? undefined : problems.join('\n'))
  await recordRun(name, 'publint', 'publint', ['run', '--strict', file])
  await recordRun(name, 'are the types wrong', 'attw', [file, '--format', 'ascii'])
  await checkConsumer(name, '', { folder, tarballs, nodes })
  for (const floor of floorsOf(name)) {
    const versions = Object.entries(floor).map(([peer, version]) => `${peer} ${version}`)
    const oldest = { nodes: nodes.slice(0, 1), resolutions: ['nodenext'] }
    await checkConsumer(name, `${versions.join(', ')}: `, { folder, tarballs, floor, ...oldest })
  }
  if (name === 'nestjs') {
    for (const major of JEST_MAJORS) {
      const problem = await jestProblem(major, { folder, tarballs }).catch((error) => error.message)
      record(name, `Jest, as the CLI of Nest ${major} sets it up`, problem)
    }
  }
  console.log(`checked ${name}`)
}

const all = publishablePackages()
const names = process.argv.length > 2 ? all.filter((name) => process.argv.includes(name)) : all
const nodes = await getNodes(NODE_VERSIONS)
const folder = await mkdtemp(join(tmpdir(), 'cognito-auth-packages-'))
try {
  const tarballs = []
  for (const name of all) {
    const tarball = await pack(name, folder)
    tarballs.push({ ...tarball, folder: name, problems: problemsOf(tarball) })
  }
  // What takes longest first.
  const waiting = names.toSorted((one, other) => floorsOf(other).length - floorsOf(one).length)
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      await check(name, { folder, tarballs, nodes })
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work))
} finally {
  await rm(folder, { recursive: true, force: true })
}

console.log(`\nNode ${nodes.map(({ version }) => version).join(', ')}`)
const failed = failures.length
console.log(`packages: ${passed} passed, ${failed} failed`)
mkdirSync('.reports', { recursive: true })
writeFileSync('.reports/packages.json', JSON.stringify({ passed, failed, failures }))
process.exitCode = failed === 0 ? 0 : 1
