/**
 * Arguments in, an app out.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { nearest } from '@cognito-auth/core/inspect'
import { createProject } from './create.js'
import { Failure, UsageError } from './failure.js'
import { checkName } from './project-name.js'
import { askName, askTemplate } from './questions.js'
import { isTemplate, type TemplateName, TEMPLATES } from './template.js'
import { type Change, updateProject } from './update.js'
import { SHORT_USAGE, USAGE } from './usage.js'

const OPTIONS = {
  template: { type: 'string' },
  'no-infra': { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

/** What terminals obey: control characters, and those that turn the direction of text. Names in a manifest may hold them. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true })
  } catch (cause) {
    // parseArgs throws TypeErrors for what was typed; anything else is no mistake of the caller.
    if (!(cause instanceof TypeError)) throw cause
    const unknown = /^Unknown option '(?<name>-[^' ]*)/.exec(cause.message)?.groups?.['name']
    if (unknown === undefined) throw new UsageError(cause.message, { cause })
    throw new UsageError(`Unknown option '${unknown}'. Did you mean '--${nearest(unknown, Object.keys(OPTIONS))}'?`, {
      cause,
    })
  }
}

type Values = ReturnType<typeof parse>['values']

/** The version of this package, which is that of all others here. */
function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}

function templateOf(name: string): TemplateName {
  if (isTemplate(name)) return name
  throw new UsageError(`Unknown template '${name}'. Did you mean '${nearest(name, Object.keys(TEMPLATES))}'?`)
}

/** Where the command runs. */
export interface Surroundings {
  readonly folder: string
  /** Whether a person can be asked. */
  readonly isTerminal: boolean
  out(text: string): void
  error(text: string): void
}

const PROCESS: Surroundings = {
  folder: process.cwd(),
  isTerminal: process.stdin.isTTY && process.stdout.isTTY,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
}

async function create(names: readonly string[], values: Values, { folder, isTerminal }: Surroundings): Promise<string> {
  if (names.length > 1) throw new UsageError('One app at a time: give one name')
  if (values['dry-run'] === true) throw new UsageError('--dry-run is for update')
  const given = values.template === undefined ? undefined : templateOf(values.template)
  const asks = values.yes !== true && isTerminal
  const name = checkName(names[0] ?? (asks ? await askName('my-app') : 'my-app'))
  const template = given ?? (asks ? await askTemplate() : 'express')
  createProject(folder, { name, template, infra: values['no-infra'] !== true }, version())
  return `${name} is there (${TEMPLATES[template]}). Now:\n\n  cd ${name} && npm install\n  npm run dev\n`
}

const SAID: Readonly<Record<Change['kind'], string>> = {
  update: 'updated ',
  add: 'added   ',
  restore: 'restored',
  new: 'yours   ',
}

function update(names: readonly string[], values: Values, { folder }: Surroundings): string {
  if (names.length > 0) throw new UsageError('update takes no name: run it in the folder of the app')
  if (values.template !== undefined || values['no-infra'] === true) {
    throw new UsageError('update goes by the template that the app was made from: leave --template and --no-infra out')
  }
  const isDryRun = values['dry-run'] === true
  const changes = updateProject(folder, version(), isDryRun)
  if (changes.length === 0) return 'Nothing is newer in the template.\n'
  const lines = changes.map(
    ({ kind, path, target }) => `${SAID[kind]}  ${kind === 'new' ? `${path}: the newer one is ${target}` : path}`,
  )
  return `${lines.join('\n')}\n${isDryRun ? '\nNothing was written (--dry-run).\n' : ''}`
}

/**
 * Runs the command.
 *
 * @param args What follows the command's name.
 * @param surroundings This process's, but for tests.
 * @returns The exit code: 0 done, 1 not possible and nothing written, 2 not understood.
 */
export async function run(args: readonly string[], surroundings: Surroundings = PROCESS): Promise<number> {
  try {
    const { values, positionals } = parse(args)
    const [first, ...rest] = positionals
    if (values.help === true) surroundings.out(USAGE)
    else if (values.version === true) surroundings.out(`${version()}\n`)
    else if (first === 'update') surroundings.out(update(rest, values, surroundings))
    else surroundings.out(await create(positionals, values, surroundings))
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      surroundings.error(`${SHORT_USAGE}\n${error.message}\n`)
      return 2
    }
    if (error instanceof Failure) {
      surroundings.error(`${error.message.replaceAll(UNPRINTABLE, '?')}\n`)
      return 1
    }
    throw error
  }
}
