/**
 * Dev mode: a mock user where the load balancer's headers are missing. Impossible to enable by accident in production.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { variable } from './config/environment.js'
import { ConfigurationError } from './errors.js'
import { mockUser } from './mock-user.js'
import { optionError, pathOf } from './options.js'
import { nameForPeople, nearest } from './suggest.js'
import { isMember, type User } from './user.js'

const DEFAULT_FILE = './dev-mock-user.json'
/** Set by Lambda, ECS, Fargate and others: on AWS there are real users. */
const AWS_COMPUTE = [
  'AWS_LAMBDA_FUNCTION_NAME',
  'ECS_CONTAINER_METADATA_URI',
  'ECS_CONTAINER_METADATA_URI_V4',
  'AWS_EXECUTION_ENV',
] as const

const text = v.optional(v.string('must be a text'))
const schema = v.object({
  email: v.optional(v.string('must be a text'), 'dev@example.com'),
  sub: v.optional(v.pipe(v.string('must be a text'), v.nonEmpty('must not be empty')), 'dev-user'),
  username: text,
  name: v.optional(v.string('must be a text'), 'Dev User'),
  given_name: text,
  family_name: text,
  groups: v.optional(v.array(v.string('must be a text'), 'must be a list of texts'), []),
})

/** Refuses dev mode where real users may be: production, and AWS compute. */
export function refuseDevModeInProduction(): void {
  if (process.env['NODE_ENV'] === 'production') {
    throw optionError('devMode', 'lets in a user that nobody signed in as: it is refused with NODE_ENV=production')
  }
  const found = AWS_COMPUTE.find((name) => variable(name) !== undefined)
  if (found !== undefined) {
    throw optionError(
      'devMode',
      `lets in a user that nobody signed in as: it is refused on AWS compute (${found} is set)`,
    )
  }
}

function readMockFile(): { path: string; json: string } | undefined {
  const named = variable('COGNITO_AUTH_DEV_CONFIG')
  const path = named ?? DEFAULT_FILE
  try {
    return { path, json: readFileSync(path, 'utf8') }
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    if (isMissing && named === undefined) return undefined
    throw new ConfigurationError(`COGNITO_AUTH_DEV_CONFIG: file ${path} cannot be read`, { cause })
  }
}

function parseMockFile({ path, json }: { path: string; json: string }): unknown {
  let value: unknown
  try {
    value = JSON.parse(json.replace(/^\uFEFF/, ''))
  } catch {
    // What the parser says quotes the text.
    throw new ConfigurationError(`file ${path} (COGNITO_AUTH_DEV_CONFIG) is not JSON`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigurationError(`file ${path} must be a JSON object, such as {"email": "dev@example.com"}`)
  }
  const known = Object.keys(schema.entries)
  const members = Object.entries(value).filter(([key]) => !key.startsWith('_'))
  const unknown = members.find(([key]) => !known.includes(key))
  if (unknown !== undefined) {
    throw new ConfigurationError(
      `file ${path} has an unknown key ${nameForPeople(unknown[0])}. Did you mean "${nearest(unknown[0], known)}"?`,
    )
  }
  return Object.fromEntries(members)
}

/**
 * The mock user of `COGNITO_AUTH_DEV_CONFIG`, else of `./dev-mock-user.json`, else `dev@example.com`. Warns.
 *
 * @throws {ConfigurationError} in production and on AWS compute; when the file is broken, or was named and is missing.
 */
export function loadDevUser(platformAdminGroups: readonly string[]): User {
  refuseDevModeInProduction()
  const file = readMockFile()
  const result = v.safeParse(schema, file === undefined ? {} : parseMockFile(file))
  if (!result.success) {
    const sentences = result.issues.map((issue) => `${pathOf(issue)} ${issue.message}`)
    throw new ConfigurationError(`file ${file?.path}: ${sentences.join('; ')}`)
  }
  process.emitWarning('Dev mode: requests without tokens are let in as a mock user', {
    type: 'CognitoAuthWarning',
    code: 'COGNITO_AUTH_DEV_MODE',
  })
  const { email, sub, username = email, name, given_name, family_name, groups } = result.output
  return mockUser({
    email,
    sub,
    username,
    name,
    givenName: given_name,
    familyName: family_name,
    groups,
    isPlatformAdmin: isMember(groups, platformAdminGroups),
  })
}
