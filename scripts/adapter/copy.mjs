/**
 * A new adapter as a copy of the Koa one, the smallest: its files under the new name, and the places that name every adapter.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Files and folders of the Koa adapter, and of its own only. */
const OWN = [
  'packages/koa',
  'examples/koa',
  'scripts/packages/consumers/koa',
  '.changeset/koa.md',
  'docs/koa.md',
  'docs/test/preludes/koa.ts',
]

/** What belongs to Koa's two majors, or is made by a command. */
const LEFT_OUT = /(?:^|\/)(?:node_modules|dist|api|tsconfig\.koa2\.json|CHANGELOG\.md)$/

const title = (name) => name[0].toUpperCase() + name.slice(1)

/** `koa` as another name, in lower case and with a capital. */
export function renamed(text, name) {
  return text.replaceAll('koa', name).replaceAll('Koa', title(name))
}

function filesBelow(path) {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((one) => filesBelow(join(path, one))) : [path]
}

/**
 * Copies the files.
 *
 * @param {string} name Of the package, in lower case.
 * @param {{ from: string, to: string }} roots Roots of the repository to read and to write.
 * @returns {string[]} Paths of the new files.
 * @throws {Error} when the name is none, or the package is there.
 */
export function copyAdapter(name, { from, to }) {
  if (!/^[a-z][a-z0-9-]*$/.test(name ?? ''))
    throw new Error('The name must be lower-case letters, such as: node scripts/new-adapter.mjs hapi')
  if (existsSync(join(to, 'packages', name))) throw new Error(`packages/${name} exists`)
  return OWN.filter((path) => existsSync(join(from, path))).flatMap((path) => {
    const target = join(to, dirname(path), renamed(basename(path), name))
    cpSync(join(from, path), target, { recursive: true, filter: (source) => !LEFT_OUT.test(source) })
    const files = filesBelow(target)
    for (const file of files) writeFileSync(file, renamed(readFileSync(file, 'utf8'), name))
    return files
  })
}

/** Lines elsewhere that name the Koa adapter: the new one belongs beside it. */
export function placesToEnter(root) {
  const own = OWN.map((path) => `:!${path}`)
  const pattern = String.raw`@cognito-auth/koa|\bkoa\b|\bKoa\b`
  const listed = execFileSync(
    'git',
    ['grep', '-lE', pattern, '--', '.', ...own, ':!bench/RESULTS.md', ':!pnpm-lock.yaml', ':!**/api/*.md'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  return listed.trim().split('\n')
}
