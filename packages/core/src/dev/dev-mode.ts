/**
 * Dev mode: a mock user where the load balancer's headers are missing. Impossible to enable by accident in production.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { optionError } from '../options/names.js'
import { variable } from '../options/readers.js'
import { parseMembers } from '../lib/text/hand-written-json.js'
import { isDevelopment, productionMode } from '../lib/process/is-development.js'
import { ConfigurationError } from '../errors.js'
import { hasHeader, type HeadersInput } from '../headers.js'
import { mockUser, type MockUserProfile } from './mock-user.js'
import type { User } from '../user-type.js'
import { isFirst } from '../lib/process/shared.js'

const DEFAULT_FILE = './dev-mock-user.json'
/** Set by Lambda, ECS, Fargate, App Runner, EKS (IRSA) and others: on AWS there are real users. */
const AWS_COMPUTE = [
  'AWS_LAMBDA_FUNCTION_NAME',
  'ECS_CONTAINER_METADATA_URI',
  'ECS_CONTAINER_METADATA_URI_V4',
  'AWS_EXECUTION_ENV',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
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

/**
 * The variable that tells that this is AWS compute, if one does. EKS Pod Identity is told by its address, which is the same
 * everywhere: developers' credential tools set the same variable to an address of their own.
 *
 * @see {@link https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html How EKS Pod Identity works}
 */
function signOfAwsCompute(): string | undefined {
  const fullUri = variable('AWS_CONTAINER_CREDENTIALS_FULL_URI') ?? ''
  if (/^http:\/\/(?:169\.254\.170\.23|\[fd00:ec2::23\])(?:[:/]|$)/i.test(fullUri))
    return 'AWS_CONTAINER_CREDENTIALS_FULL_URI'
  return AWS_COMPUTE.find((name) => variable(name) !== undefined)
}

/**
 * Refuses dev mode where real users may be: production, and AWS compute.
 *
 * @throws {ConfigurationError} naming the variable that says so.
 */
export function refuseDevModeInProduction(): void {
  if (!isDevelopment()) {
    throw optionError('devMode', `accepts requests without sign-in: it is refused with ${productionMode()}`)
  }
  const found = signOfAwsCompute()
  if (found === undefined) return
  throw optionError('devMode', `accepts requests without sign-in: it is refused on AWS compute (${found} is set)`)
}

function readMockFile(): { where: string; json: string } | undefined {
  const named = variable('COGNITO_AUTH_DEV_CONFIG')
  const where = `file ${named ?? DEFAULT_FILE}`
  try {
    // Next's bundler would otherwise add the whole project to what it deploys.
    return { where, json: readFileSync(/* turbopackIgnore: true */ named ?? DEFAULT_FILE, 'utf8') }
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
  const members = parseMembers(json, { name: where, isSecret: false }, fileNames, '{"email": "dev@example.com"}')
  const profile = Object.entries(members).map(([name, value]) => [FILE_NAMES[name as keyof typeof FILE_NAMES], value])
  const user = mockUser(
    { email: 'dev@example.com', sub: 'dev-user', name: 'Dev User', ...Object.fromEntries(profile) },
    platformAdminGroups,
    (property, place) => `${fileNames.find((name) => FILE_NAMES[name] === property)}${place}`,
    `${where}: `,
  )
  process.emitWarning('Dev mode: requests without tokens are accepted as a mock user', {
    type: 'CognitoAuthWarning',
    code: 'COGNITO_AUTH_DEV_MODE',
  })
  return user
}

/** Load balancers of AWS add it to each request that they forward. */
const TRACE_HEADER = 'x-amzn-trace-id'

/**
 * Whether a request without tokens may get the mock user: never one that came through a load balancer, whatever else the
 * environment says. Warns once.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html Request tracing}
 */
export function mayBeMocked(headers: HeadersInput): boolean {
  if (!hasHeader(headers, TRACE_HEADER)) return true
  if (isFirst('dev-mode-trace')) {
    process.emitWarning(
      `Dev mode: a request without tokens came through a load balancer (${TRACE_HEADER}) and was rejected. Turn dev mode off here`,
      { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_DEV_MODE' },
    )
  }
  return false
}
