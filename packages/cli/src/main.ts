/**
 * Arguments in, text and exit code out.
 *
 * @module
 */

import { parseArgs, type ParseArgsConfig } from 'node:util'
import { CognitoAuthError } from '@cognito-auth/core'
import { nearest } from '@cognito-auth/core/inspect'
import { doctor, doctorText } from './doctor.js'
import { explain, explainText } from './explain.js'
import { EXIT, type ExitCode, USAGE, UsageError } from './usage.js'

/** What a run of the command prints, and how it ends. */
export interface Outcome {
  readonly exitCode: ExitCode
  readonly stdout: string
  readonly stderr: string
}

function parse<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (cause) {
    // parseArgs throws TypeErrors for what was typed; anything else is no mistake of the caller.
    if (!(cause instanceof TypeError)) throw cause
    const unknown = /^Unknown option '(?<name>-[^' ]*)/.exec(cause.message)?.groups?.['name']
    if (unknown === undefined) throw new UsageError(cause.message, { cause })
    const meant = nearest(unknown, Object.keys(options))
    throw new UsageError(`Unknown option '${unknown}'. Did you mean --${meant}?`, { cause })
  }
}

/** Lists may be given whole, in parts, or both: `--groups a,b --groups c`. */
function listOf(texts: readonly string[]): string[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function verifiedOf(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (['yes', 'true'].includes(text)) return true
  if (['no', 'false'].includes(text)) return false
  throw new UsageError('--email-verified is true or false')
}

const json = (report: object): string => `${JSON.stringify(report, null, 2)}\n`

async function runExplain(args: readonly string[]): Promise<Outcome> {
  const values = parse(args, {
    config: { type: 'string' },
    secret: { type: 'string' },
    email: { type: 'string' },
    groups: { type: 'string', multiple: true },
    'email-verified': { type: 'string' },
    'platform-admin-groups': { type: 'string', multiple: true },
    json: { type: 'boolean' },
  })
  if (values.email === undefined && values.groups === undefined) {
    throw new UsageError('Who is it about? Give --email, --groups, or both')
  }
  if (values.config !== undefined && values.secret !== undefined) {
    throw new UsageError('--config and --secret exclude each other')
  }
  if (values.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(values.email)) {
    throw new UsageError('--email is an e-mail address')
  }
  if (values.config === '' || values.secret === '') throw new UsageError('--config and --secret must not be empty')
  const admins = values['platform-admin-groups']
  const user = {
    email: values.email,
    groups: listOf(values.groups ?? []),
    emailVerified: verifiedOf(values['email-verified']),
  }
  try {
    const location = { path: values.config, secret: values.secret }
    const report = await explain(user, location, { platformAdminGroups: admins && listOf(admins) })
    const exitCode = report.allowed ? EXIT.ok : EXIT.no
    return { exitCode, stdout: values.json === true ? json(report) : explainText(report), stderr: '' }
  } catch (error) {
    if (!(error instanceof CognitoAuthError)) throw error
    const { code, message } = error
    const stdout = values.json === true ? json({ error: { code, message } }) : ''
    return { exitCode: EXIT.config, stdout, stderr: `${message}\n` }
  }
}

async function runDoctor(args: readonly string[]): Promise<Outcome> {
  const values = parse(args, { 'no-network': { type: 'boolean' }, json: { type: 'boolean' } })
  const report = await doctor({ useNetwork: values['no-network'] !== true })
  const exitCode = report.ok ? EXIT.ok : EXIT.no
  return { exitCode, stdout: values.json === true ? json(report) : doctorText(report), stderr: '' }
}

/**
 * Runs the command.
 *
 * @param args What follows the command's name.
 */
export async function run(args: readonly string[]): Promise<Outcome> {
  const [command, ...rest] = args
  if (args.some((arg) => arg === '--help' || arg === '-h')) return { exitCode: EXIT.ok, stdout: USAGE, stderr: '' }
  try {
    if (command === 'explain') return await runExplain(rest)
    if (command === 'doctor') return await runDoctor(rest)
    if (command === undefined) throw new UsageError('Which command?')
    throw new UsageError(`There is no command ${command}. Did you mean ${nearest(command, ['explain', 'doctor'])}?`)
  } catch (error) {
    if (error instanceof UsageError) {
      return { exitCode: EXIT.usage, stdout: '', stderr: `${error.message}\n\n${USAGE}` }
    }
    // A bug of ours keeps its stack. Node's own exit code for it would be 1: not let in.
    const stack = error instanceof Error ? error.stack : String(error)
    return { exitCode: EXIT.bug, stdout: '', stderr: `${stack}\n` }
  }
}
