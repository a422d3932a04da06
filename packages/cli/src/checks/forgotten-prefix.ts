/**
 * Variables whose prefix was forgotten, or written in part: `ALB_ARN`, `COGNITO_CLIENT_ID`, `COGNITO_AUTHCLIENT_ID`.
 *
 * @module
 */

import { VARIABLE_NAMES } from '@cognito-auth/core/inspect'
import { type Finding, finding } from './finding.js'
import { isAnySet } from './variables.js'

/** Names are compared without letter case, underscores and the `S` of a plural. */
function plain(name: string): string {
  return name.toUpperCase().replaceAll(/[_-]/g, '').replace(/S$/, '')
}

const PREFIX = 'COGNITO_AUTH_'

/** What follows the prefix in each name that is read. Of a singular and its plural the singular, which is first. */
const MEANT: ReadonlyMap<string, string> = new Map(
  VARIABLE_NAMES.toReversed().map((name) => [plain(name.slice(PREFIX.length)), name]),
)

/** Names of other libraries. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['LOADBALANCERARN', 'ALBARN'],
  ['USERPOOLCLIENTID', 'CLIENTID'],
  ['APPCLIENTID', 'CLIENTID'],
  ['USERPOOL', 'USERPOOLID'],
  ['USERPOOLDOMAIN', 'DOMAIN'],
])

/** Without any prefix these are names of many other things. */
const GENERAL: ReadonlySet<string> = new Set(['DOMAIN', 'REGION', 'ISSUER', 'REDIRECTURL', 'DEVMODE', 'DEVCONFIG'])

/** Of a load balancer and its user pool, whatever stands before. The others may be meant for another library. */
const OWN: ReadonlySet<string> = new Set(['ALBARN', 'CLIENTID', 'USERPOOLID'])

/** Variables of which one is enough: where another of them is set, nothing is missing. */
const ALTERNATIVES: readonly (readonly string[])[] = [
  ['COGNITO_AUTH_ALB_ARN', 'COGNITO_AUTH_ALB_ARNS'],
  ['COGNITO_AUTH_CLIENT_ID', 'COGNITO_AUTH_CLIENT_IDS'],
  ['COGNITO_AUTH_USER_POOL_ID', 'COGNITO_AUTH_ISSUER'],
  ['COGNITO_AUTH_CONFIG_PATH', 'COGNITO_AUTH_SECRET_NAME'],
]

/** The name that is read for a list, where a list is what was written: `ALB_ARNS` is not `COGNITO_AUTH_ALB_ARN`. */
function asWritten(name: string, singular: string): string {
  const plural = `${singular}S`
  return /s$/i.test(name) && VARIABLE_NAMES.includes(plural) ? plural : singular
}

/** What is read in place of a variable, and whether that is certain; `undefined` where it is none of ours. */
function meantBy(name: string): { meant: string; isCertain: boolean } | undefined {
  // Those are told as unknown variables.
  if (/^COGNITO_AUTH_|^COGNITOAUTH/i.test(name)) return undefined
  const [, prefix = '', rest = ''] = /^(?:AWS)?(COGNITOAUTH|COGNITO|AUTH)?(.*)$/.exec(plain(name)) ?? []
  const end = SYNONYMS.get(rest) ?? rest
  const meant = MEANT.get(end)
  if (meant === undefined || (prefix === '' && GENERAL.has(end))) return undefined
  return { meant: asWritten(name, meant), isCertain: OWN.has(end) || prefix.startsWith('COGNITO') }
}

/**
 * Variables whose prefix was forgotten, where the right one is not set: beside the right one they may be for something
 * else.
 */
export function checkPrefixes(environment: NodeJS.ProcessEnv): Finding[] {
  return Object.keys(environment).flatMap((name) => {
    const { meant, isCertain } = meantBy(name) ?? {}
    if (meant === undefined) return []
    const enough = ALTERNATIVES.find((names) => names.includes(meant)) ?? [meant]
    if (isAnySet(environment, ...enough)) return []
    const status = isCertain === true ? 'problem' : 'warning'
    return [
      finding('variables', status, `${name} is read by nothing, and ${meant} is not set`, `Rename it to ${meant}`),
    ]
  })
}
