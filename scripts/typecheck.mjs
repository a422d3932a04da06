/**
 * Type-checks packages, examples and docs with the native compiler (TypeScript 7), which takes a fraction of the time.
 * The declarations are made by TypeScript 6, and `npx pnpm test:packages` reads them with that. The build has run before.
 *
 * What is checked: the script `typecheck` of each package names its projects (`tsc -p .`).
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** As many at a time as CI machines have processors. */
const PARALLEL = 2

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript-native/package.json')), 'bin', 'tsc')

function projectsOf(folder) {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const projects = [...(scripts?.typecheck ?? '').matchAll(/tsc -p (\S+)/g)].map(([, project]) => project)
  return projects.map((project) => ({ folder, project }))
}

function check({ folder, project }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [compiler, '-p', project, '--pretty'], { cwd: folder })
    const output = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data))
    child.on('close', (status) => {
      if (status !== 0) console.error(`types of ${join(folder, project)}:\n${Buffer.concat(output).toString()}`)
      resolve(status === 0)
    })
  })
}

const folders = ['packages', 'examples', 'compat'].flatMap((parent) =>
  readdirSync(parent).map((name) => join(parent, name)),
)
const waiting = [...folders, 'docs', 'bench', 'browser', 'browser/react-router']
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .flatMap(projectsOf)
if (waiting.length === 0) throw new Error('no package has a script typecheck')
const total = waiting.length
let failed = 0
const work = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) if (!(await check(next))) failed += 1
}
await Promise.all(Array.from({ length: PARALLEL }, work))
console.log(`types: ${total - failed} of ${total} projects`)
process.exitCode = failed === 0 ? 0 : 1
