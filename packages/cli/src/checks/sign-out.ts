/**
 * Whether the domain that people are sent to when they sign out exists.
 *
 * @module
 */

import { lookup } from 'node:dns/promises'
import { type Finding, finding } from './finding.js'

/** The host of a domain or URL; `undefined` where it is neither, which is the finding of the options. */
function hostOf(domain: string): string | undefined {
  const url = domain.includes('://') ? domain : `https://${domain}`
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined
}

/**
 * Looks `COGNITO_AUTH_DOMAIN` up. Where the domain does not resolve, sign-out fails: the load balancer's session ends, and
 * the user pool's goes on.
 */
export async function checkSignOut(environment: NodeJS.ProcessEnv, useNetwork: boolean): Promise<Finding[]> {
  const domain = environment['COGNITO_AUTH_DOMAIN']?.trim()
  const host = domain ? hostOf(domain) : undefined
  if (host === undefined) return []
  const client = environment['COGNITO_AUTH_CLIENT_ID']?.trim() || environment['COGNITO_AUTH_CLIENT_IDS']?.trim()
  const findings = client
    ? []
    : [
        finding(
          'sign-out',
          'warning',
          'COGNITO_AUTH_DOMAIN is set and COGNITO_AUTH_CLIENT_ID is not: people whose tokens have expired cannot sign out',
          'Set COGNITO_AUTH_CLIENT_ID to the app client of this app',
        ),
      ]
  if (!useNetwork)
    return [...findings, finding('sign-out', 'skipped', 'COGNITO_AUTH_DOMAIN was not looked up (--no-network)')]
  try {
    await lookup(host)
    return [...findings, finding('sign-out', 'ok', `${host} exists`)]
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure'
    const fix =
      'Check COGNITO_AUTH_DOMAIN: the whole host of the user pool domain, such as PREFIX.auth.REGION.amazoncognito.com'
    return [...findings, finding('sign-out', 'problem', `${host} does not resolve: ${code}`, fix)]
  }
}
