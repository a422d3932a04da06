/**
 * Checks the commands of pages: that the command is one that we know, and that its scripts, packages, subcommands and
 * flags exist.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Block } from './blocks.js'
import { ROOT } from './pages.js'
import { run } from './run.js'

interface Manifest {
  readonly name?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest
}

const packages = new Map(
  readdirSync(join(ROOT, 'packages'))
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(join(ROOT, folder, 'package.json')))
    .map((folder) => [manifest(folder).name ?? '', folder]),
)

/** What `npm install` may name: our packages, and those that pages are compiled against. */
const installable = new Set([
  ...packages.keys(),
  ...Object.keys(manifest('docs').devDependencies ?? {}),
  ...Object.keys(manifest('.').devDependencies ?? {}),
])

/** Programs of others that pages run with npx; nothing is compiled against them. */
const TOOLS: Readonly<Record<string, string>> = { tsx: '--test', cdk: '--quiet' }

const helps = new Map<string, string>()

/** What the command of a package says with `--help`. */
function helpOf(name: string): string {
  const folder = packages.get(name)
  const known = helps.get(name)
  if (known !== undefined) return known
  const bin = Object.values((folder && manifest(folder).bin) ?? {})[0]
  if (folder === undefined || bin === undefined) throw new Error(`${name} has no command`)
  const { stdout } = run(process.execPath, [join(ROOT, folder, bin), '--help'])
  helps.set(name, stdout)
  return stdout
}

function checkFlags(args: readonly string[], help: string, what: string): void {
  for (const arg of args) {
    const flag = /^--?[\w-]+/.exec(arg)?.[0]
    if (flag === undefined) continue
    if (!new RegExp(`(^|[\\s,])${flag}(?![\\w-])`, 'm').test(help)) throw new Error(`${what} has no ${flag}`)
  }
}

function checkOwnCommand(name: string, args: readonly string[], folder: string): void {
  const help = helpOf(name)
  const end = args.indexOf('--')
  const own = end === -1 ? args : args.slice(0, end)
  checkFlags(own, help, name)
  const [subcommand] = own
  if (name === '@cognito-auth/cli' && !new RegExp(`^${subcommand}\\b`, 'm').test(help) && subcommand !== '--help') {
    throw new Error(`${name} has no command ${subcommand}`)
  }
  if (end !== -1) checkCommand(args.slice(end + 1), folder)
}

/** Scripts of the repository, and of the package that the page is in. */
function scriptsAt(folder: string): Readonly<Record<string, string>> {
  const own = existsSync(join(ROOT, folder, 'package.json')) ? manifest(folder).scripts : {}
  return { ...manifest('.').scripts, ...own }
}

/** Takes `-p PACKAGE` away; the command that follows is then one of a package's, by its own name. */
function withoutPackages(args: readonly string[]): readonly string[] {
  const [flag, name = '', ...rest] = args
  if (flag !== '-p') return args
  if (!installable.has(name)) throw new Error(`npx -p ${name}: no page is compiled against it`)
  const [command = '', ...others] = withoutPackages(rest)
  const bins = packages.has(name) ? manifest(packages.get(name) ?? '').bin : {}
  return Object.hasOwn(bins ?? {}, command) ? [name, ...others] : [command, ...others]
}

/** A program of the repository, and the files beside it that it imports: one of them knows its flags. */
function sourceOf(program: string): string {
  const text = readFileSync(join(ROOT, program), 'utf8')
  const beside = [...text.matchAll(/from '\.\/([\w-]+\.mjs)'/g)].map(([, name = '']) => join(dirname(program), name))
  return [text, ...beside.map((path) => readFileSync(join(ROOT, path), 'utf8'))].join('\n')
}

function checkNpx(args: readonly string[], folder: string): void {
  const [asTyped = '', ...rest] = withoutPackages(args).filter((arg) => arg !== '--yes')
  const name = asTyped.replace(/(?<=.)@latest$/, '')
  if (packages.has(name)) return checkOwnCommand(name, rest, folder)
  if (TOOLS[name] !== undefined) return checkFlags(rest, TOOLS[name], `what we use of ${name}`)
  if (name !== 'pnpm') throw new Error(`npx ${name}: not a package of ours`)
  const [script = '', ...flags] = rest
  const command = scriptsAt(folder)[script]
  if (command === undefined) throw new Error(`there is no script ${script}`)
  // A flag goes to the last program of the script, which must know it.
  const program = command.split(/\s+/).findLast((word) => word.endsWith('.mjs'))
  const source = program === undefined ? '' : sourceOf(program)
  for (const flag of flags.filter((one) => one.startsWith('--'))) {
    const isKnown = source.includes(`'${flag}'`) || source.includes(`${flag.slice(2)}: { type:`)
    if (!isKnown) throw new Error(`npx pnpm ${script} has no ${flag}`)
  }
}

function checkNpm(args: readonly string[]): void {
  const [command, ...rest] = args
  if (command === 'init') return
  // Scripts of an app that `npm create` makes.
  if (command === 'run' && ['dev', 'audit'].includes(rest[0] ?? '')) return
  if (command === 'create') {
    if (rest[0] !== '@cognito-auth@latest') throw new Error(`npm create ${rest[0]}: not ours`)
    const end = rest.indexOf('--')
    return checkFlags(end === -1 ? [] : rest.slice(end + 1), helpOf('@cognito-auth/create'), 'create')
  }
  if (command !== 'install') throw new Error(`npm ${command}: write npm install or npx`)
  for (const arg of rest) {
    if (arg === '--save-dev') continue
    if (!installable.has(arg) && !Object.hasOwn(TOOLS, arg))
      throw new Error(`npm install ${arg}: no page is compiled against it`)
  }
}

function checkNode(args: readonly string[]): void {
  const { stdout } = run(process.execPath, ['--help'])
  checkFlags(
    args.filter((arg) => arg.startsWith('--')),
    stdout,
    'node',
  )
}

/** Commands of the AWS CLI that pages use, with the flags that they use. */
const AWS: Readonly<Record<string, string>> = {
  'secretsmanager create-secret': '--name --secret-string',
  'secretsmanager put-secret-value': '--secret-id --secret-string',
  'cognito-idp create-group': '--user-pool-id --group-name',
  'cognito-idp admin-create-user': '--user-pool-id --username',
  'cognito-idp admin-add-user-to-group': '--user-pool-id --username --group-name',
  'acm request-certificate': '--domain-name --validation-method',
  'acm describe-certificate': '--certificate-arn',
  'ecs list-tasks': '--cluster',
  'ecs execute-command': '--cluster --task --container --interactive --command',
}

function checkAws(args: readonly string[], folder: string): void {
  const name = args.slice(0, 2).join(' ')
  const flags = AWS[name]
  if (flags === undefined) throw new Error(`aws ${name}: not a command that is checked`)
  checkFlags(args, flags, `what we use of aws ${name}`)
  const command = args.indexOf('--command')
  if (command !== -1) checkCommand((args[command + 1] ?? '').split(' '), folder)
}

const COMMANDS: Readonly<Record<string, (args: readonly string[], folder: string) => void>> = {
  npx: checkNpx,
  npm: checkNpm,
  node: checkNode,
  curl: (args) => checkFlags(args, '-i -s -u -X -H -d -o -w --max-time', 'what we use of curl'),
  aws: checkAws,
  terraform: (args) => checkFlags(args, '-out -json', 'what we use of terraform'),
  git: (args) => {
    if (!['clone', 'rebase'].includes(args[0] ?? '')) throw new Error(`git ${args[0]}: not needed to use this`)
  },
  // Apps in Python: `npx pnpm test:python` runs these.
  streamlit: (args) => checkFlags(args, '--server.trustedUserHeaders', 'what we use of streamlit'),
  uvicorn: (args) => checkFlags(args, '--port', 'what we use of uvicorn'),
  python: (args) => checkFlags(args, '', 'what we use of python'),
  cd: () => undefined,
  mkdir: () => undefined,
  export: () => undefined,
}

function checkCommand(words: readonly string[], folder: string): void {
  const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word))
  // Only variables are set.
  if (start === -1) return
  const [command = '', ...args] = words.slice(start)
  const check = COMMANDS[command]
  if (check === undefined) throw new Error(`${command}: not a command that is checked`)
  check(args, folder)
}

/** Words of a line, quotes taken away; what follows a `#` is a comment. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g) ?? []
  const comment = words.findIndex((word) => word.startsWith('#'))
  return (comment === -1 ? words : words.slice(0, comment)).map((word) => word.replaceAll(/['"]/g, ''))
}

/** Commands of a block; `console` blocks show output too, and a `$` before each command. */
function commandsOf({ language, code }: Block): string {
  if (language !== 'console') return code
  return [...code.matchAll(/^\$ (.*)$/gm)].map(([, command = '']) => command).join('\n')
}

/** What is wrong with the commands of a block. */
export function shellProblems(block: Block): string[] {
  const joined = commandsOf(block).replaceAll(/\\\n\s*/g, ' ')
  return joined.split('\n').flatMap((line) => {
    try {
      for (const part of line.split(/\s(?:&&|\|)\s/)) {
        const words = wordsOf(part)
        if (words.length > 0) checkCommand(words, dirname(block.page))
      }
      return []
    } catch (error) {
      return [`${block.page}:${block.line} ${error instanceof Error ? error.message : String(error)}`]
    }
  })
}
