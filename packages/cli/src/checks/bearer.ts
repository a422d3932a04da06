/**
 * Whose bearer tokens the environment accepts.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import { bearerOfEnvironment } from '@cognito-auth/core/inspect'
import { type Finding, finding } from './finding.js'
import { isAnySet, listIn } from './variables.js'

/** What is wrong with the variables is the finding of the options. */
function bearerIfSound(): ReturnType<typeof bearerOfEnvironment> {
  try {
    return bearerOfEnvironment()
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

/**
 * Says which app clients' tokens are accepted, and with which scopes.
 *
 * A client that also signs people in at the load balancer is a warning: every app behind that load balancer gets its access
 * tokens, and could send them here as bearer tokens.
 */
export function checkBearer(environment: NodeJS.ProcessEnv): Finding[] {
  const bearer = bearerIfSound()
  if (bearer === undefined) {
    if (isAnySet(environment, 'COGNITO_AUTH_BEARER_CLIENT_IDS', 'COGNITO_AUTH_BEARER_SCOPES')) return []
    return [finding('bearer', 'ok', 'Bearer tokens are off')]
  }
  const { clientIds, scopes } = bearer
  const scoped = scopes.length === 0 ? 'whatever their scopes' : `with the scopes ${scopes.join(', ')}`
  const only = isAnySet(environment, 'COGNITO_AUTH_ALB_ARN', 'COGNITO_AUTH_ALB_ARNS') ? '' : ', and nothing else'
  const accepted = `Bearer tokens of the app clients ${clientIds.join(', ')} are accepted, ${scoped}${only}`
  const ofLoadBalancer = listIn(environment, 'COGNITO_AUTH_CLIENT_ID', 'COGNITO_AUTH_CLIENT_IDS')
  if (!clientIds.some((client) => ofLoadBalancer.includes(client))) return [finding('bearer', 'ok', accepted)]
  return [
    finding(
      'bearer',
      'warning',
      `${accepted}. One of them is also the client of the load balancer, whose access tokens every app behind it gets to see`,
      'Give command-line tools and services app clients of their own',
    ),
  ]
}
