/**
 * Arguments in, text and exit code out.
 *
 * @module
 */

import { parseArgs, type ParseArgsConfig } from 'node:util'
import { CognitoAuthError } from '@cognito-auth/core'
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
    throw new UsageError(cause instanceof Error ? cause.message : 'unknown option', { cause })
  }
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function verifiedOf(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (['yes', 'true'].includes(text)) return true
  if (['no', 'false'].includes(text)) return false
  throw new UsageError('--email-verified is yes or no')
}

const json = (report: object): string => `${JSON.stringify(report, null, 2)}\n`

async function runExplain(args: readonly string[]): Promise<Outcome> {
  const values = parse(args, {
    config: { type: 'string' },
    secret: { type: 'string' },
    email: { type: 'string' },
    groups: { type: 'string' },
    'email-verified': { type: 'string' },
    json: { type: 'boolean' },
  })
  if (values.email === undefined && values.groups === undefined) {
    throw new UsageError('Who is it about? Give --email, --groups, or both')
  }
  if (values.config !== undefined && values.secret !== undefined) {
    throw new UsageError('--config and --secret exclude each other')
  }
  const user = {
    email: values.email,
    groups: listOf(values.groups ?? ''),
    emailVerified: verifiedOf(values['email-verified']),
  }
  try {
    const report = await explain(user, { path: values.config, secret: values.secret })
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
    throw new UsageError(command === undefined ? 'Which command?' : `There is no command ${command}`)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return { exitCode: EXIT.usage, stdout: '', stderr: `${error.message}\n\n${USAGE}` }
  }
}
