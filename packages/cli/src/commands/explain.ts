/**
 * The command `explain`.
 *
 * @module
 */

import { CognitoAuthError } from '@cognito-auth/core'
import { listOf, parse } from '../arguments.js'
import { explain, explainText } from '../explain.js'
import { EXIT, json, type Outcome, UsageError } from '../outcome.js'

function verifiedOf(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (['yes', 'true'].includes(text)) return true
  if (['no', 'false'].includes(text)) return false
  throw new UsageError('--email-verified must be true or false')
}

/** @throws {UsageError} when the arguments are wrong. */
export async function runExplain(args: readonly string[]): Promise<Outcome> {
  const { values } = parse(args, {
    config: { type: 'string' },
    secret: { type: 'string' },
    email: { type: 'string' },
    groups: { type: 'string', multiple: true },
    client: { type: 'string' },
    scopes: { type: 'string', multiple: true },
    'email-verified': { type: 'string' },
    'platform-admin-groups': { type: 'string', multiple: true },
    json: { type: 'boolean' },
  })
  if (values.email === undefined && values.groups === undefined && values.client === undefined) {
    throw new UsageError('Missing user: give --email, --groups, or both; or --client for a bearer token')
  }
  if (values.client !== undefined && (values.email ?? values['email-verified']) !== undefined) {
    throw new UsageError('--client and --email cannot be used together: a bearer token has no e-mail address')
  }
  if (values.scopes !== undefined && values.client === undefined) throw new UsageError('--scopes needs --client')
  if (values.client === '') throw new UsageError('--client must not be empty')
  if (values.config !== undefined && values.secret !== undefined) {
    throw new UsageError('--config and --secret cannot be used together')
  }
  if (values.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(values.email)) {
    throw new UsageError('--email must be an e-mail address')
  }
  if (values.config === '' || values.secret === '') throw new UsageError('--config and --secret must not be empty')
  const admins = values['platform-admin-groups']
  const user = {
    email: values.email,
    groups: listOf(values.groups ?? []),
    client: values.client,
    scopes: listOf(values.scopes ?? []),
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
    return { exitCode: EXIT.unreadable, stdout, stderr: `${message}\n` }
  }
}
