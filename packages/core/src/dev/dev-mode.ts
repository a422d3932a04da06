/**
 * Dev mode: a mock user where the load balancer's headers are missing. Impossible to enable by accident in production.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { variable } from '../options/environment.js'
import { parseMembers } from '../lib/hand-written-json.js'
import { ConfigurationError } from '../errors.js'
import { mockUser, type MockUserProfile } from './mock-user.js'
import { optionError } from '../lib/schema.js'
import type { User } from '../user-type.js'

const DEFAULT_FILE = './dev-mock-user.json'
/** Set by Lambda, ECS, Fargate and others: on AWS there are real users. */
const AWS_COMPUTE = [
  'AWS_LAMBDA_FUNCTION_NAME',
  'ECS_CONTAINER_METADATA_URI',
  'ECS_CONTAINER_METADATA_URI_V4',
  'AWS_EXECUTION_ENV',
] as const

/** Names as the Python library's file says them, to names as a `User` says them. */
const FILE_NAMES = {
  email: 'email',
  sub: 'sub',
  username: 'username',
  name: 'name',
  given_name: 'givenName',
  family_name: 'familyName',
  groups: 'groups',
} as const satisfies Record<string, keyof MockUserProfile>

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

function readMockFile(): { where: string; json: string } | undefined {
  const named = variable('COGNITO_AUTH_DEV_CONFIG')
  const where = `file ${named ?? DEFAULT_FILE}`
  try {
    return { where, json: readFileSync(named ?? DEFAULT_FILE, 'utf8') }
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    if (isMissing && named === undefined) return undefined
    throw new ConfigurationError(`COGNITO_AUTH_DEV_CONFIG: ${where} cannot be read`, { cause })
  }
}

/**
 * The mock user of `COGNITO_AUTH_DEV_CONFIG`, else of `./dev-mock-user.json`, else `dev@example.com`. Warns.
 *
 * @throws {ConfigurationError} in production and on AWS compute; when the file is broken, or was named and is missing.
 */
export function loadDevUser(platformAdminGroups: readonly string[]): User {
  refuseDevModeInProduction()
  const { where, json } = readMockFile() ?? { where: '', json: '{}' }
  const fileNames = Object.keys(FILE_NAMES) as (keyof typeof FILE_NAMES)[]
  const members = parseMembers(json, where, fileNames, '{"email": "dev@example.com"}')
  const profile = Object.entries(members).map(([name, value]) => [FILE_NAMES[name as keyof typeof FILE_NAMES], value])
  const user = mockUser(
    { email: 'dev@example.com', sub: 'dev-user', name: 'Dev User', ...Object.fromEntries(profile) },
    platformAdminGroups,
    (property, place) => `${fileNames.find((name) => FILE_NAMES[name] === property)}${place}`,
    `${where}: `,
  )
  process.emitWarning('Dev mode: requests without tokens are let in as a mock user', {
    type: 'CognitoAuthWarning',
    code: 'COGNITO_AUTH_DEV_MODE',
  })
  return user
}
