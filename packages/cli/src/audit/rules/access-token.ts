/**
 * Access tokens that live long: a group that was taken away counts until they end.
 *
 * @module
 */

import { checkClients } from '../clients.js'
import type { Rule } from '../rule.js'
import { isAbsent, numberOf, stringOf } from '../value.js'
import type { Client } from '../infrastructure.js'

const SECONDS: ReadonlyMap<string, number> = new Map([
  ['seconds', 1],
  ['minutes', 60],
  ['hours', 3600],
  ['days', 86_400],
])

/** Cognito's default is one hour. `undefined`: cannot be known. */
function lifetimeOf({ accessTokenValidity, accessTokenUnit }: Client): number | undefined {
  if (isAbsent(accessTokenValidity)) return 3600
  const unit = isAbsent(accessTokenUnit) ? 'hours' : stringOf(accessTokenUnit)
  const validity = numberOf(accessTokenValidity)
  const seconds = unit === undefined ? undefined : SECONDS.get(unit)
  return validity === undefined || seconds === undefined ? undefined : validity * seconds
}

export const accessToken: Rule = {
  name: 'access-token',
  summary: 'Access tokens live longer than an hour',
  severity: 'warning',
  url: 'https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html',
  fix: {
    cloudformation:
      'CDK: accessTokenValidity: Duration.minutes(15). CloudFormation: AccessTokenValidity: 15, TokenValidityUnits: { AccessToken: minutes }',
    terraform: '`access_token_validity = 15` and `token_validity_units { access_token = "minutes" }`',
  },
  check: checkClients(({ client }) => {
    const seconds = lifetimeOf(client)
    if (seconds === undefined) return 'unchecked'
    return seconds > 3600
      ? 'Access tokens of this client live longer than an hour: so long a group that was taken away still counts, and a stolen token works'
      : undefined
  }),
}
