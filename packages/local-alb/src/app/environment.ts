/**
 * The environment that makes an app trust this load balancer, and what of it the user has set already.
 *
 * @module
 */

import type { Origins } from '../net/own-host.js'
import { ALB_ARN } from '../tokens/token-issuer.js'
import { CLIENT_ID, type Provider } from '../tokens/provider.js'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string>>

/** Read by core, and cannot be used together with the local load balancer's own: it may only be left over. */
const CONTRADICTING = [
  'COGNITO_AUTH_ALB_ARNS',
  'COGNITO_AUTH_CLIENT_IDS',
  'COGNITO_AUTH_REGION',
  'COGNITO_AUTH_USER_POOL_ID',
  'COGNITO_AUTH_DOMAIN',
  'COGNITO_AUTH_ISSUER',
  'COGNITO_AUTH_GROUPS_CLAIM',
]

/** Variables with two spellings. */
const SPELT_TWICE = [
  ['COGNITO_AUTH_ALB_ARN', 'COGNITO_AUTH_ALB_ARNS'],
  ['COGNITO_AUTH_CLIENT_ID', 'COGNITO_AUTH_CLIENT_IDS'],
] as const

/** What an app needs to know of a load balancer. @param origins where it is reached */
export function environmentFor(provider: Provider, origins: Origins, logoutUrls: readonly string[]): Environment {
  return {
    COGNITO_AUTH_ALB_ARN: ALB_ARN,
    COGNITO_AUTH_CLIENT_ID: CLIENT_ID,
    ...provider.env(origins.pool),
    COGNITO_AUTH_LOCAL_ALB: origins.local,
    COGNITO_AUTH_LOGOUT_URLS: [`${origins.app}/`, ...logoutUrls].join(','),
    // Some servers (remix-serve) take an unset one for production.
    NODE_ENV: 'development',
  }
}

/**
 * That environment under the user's own, which stays, but for the address: another one cannot be meant. Writes a line to
 * standard error for each variable with which an app would not trust this load balancer.
 */
export function mergeEnvironment(env: Environment, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  for (const name of foreignVariables(env, own))
    process.stderr.write(
      `local-alb: ${name} is set in your environment, so the app gets that one: ${adviceFor(name, env)}\n`,
    )
  const merged: NodeJS.ProcessEnv = { ...env, ...own, COGNITO_AUTH_LOCAL_ALB: env['COGNITO_AUTH_LOCAL_ALB'] }
  // Both spellings with different lists are an error of core, which would hide what the line above says.
  for (const [name, plural] of SPELT_TWICE)
    if (own[plural] !== undefined && own[name] === undefined) delete merged[name]
  return merged
}

function adviceFor(name: string, env: Environment): string {
  return env[name] === undefined ? 'unset it for the local load balancer' : `the local load balancer's is ${env[name]}`
}

function foreignVariables(env: Environment, own: NodeJS.ProcessEnv): string[] {
  return [...new Set([...Object.keys(env), ...CONTRADICTING])].filter((name) => {
    const value = own[name]
    // Whatever NODE_ENV says: a load balancer of this region is trusted with `production` as well.
    if (name === 'COGNITO_AUTH_LOCAL_ALB' || name === 'NODE_ENV') return false
    return value !== undefined && value !== env[name]
  })
}

/** Lines for a POSIX shell to read. */
export function shellLines(env: Environment): string {
  const quoted = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`
  return Object.entries(env)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('')
}
