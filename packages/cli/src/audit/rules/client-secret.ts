/**
 * App clients without a secret: whoever has a code can redeem it.
 *
 * @module
 */

import { checkClients } from '../clients.js'
import type { Rule } from '../rule.js'
import { booleanOf } from '../value.js'

export const clientSecret: Rule = {
  name: 'client-secret',
  summary: 'The app client of a listener has no secret',
  severity: 'error',
  url: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#cognito-requirements',
  fix: {
    cloudformation:
      'CDK: generateSecret: true. CloudFormation: GenerateSecret: true. The client is made anew by that: its id changes',
    terraform: '`generate_secret = true`. The client is made anew by that: its id changes',
  },
  check: checkClients(({ client }) => {
    const generates = booleanOf(client.generatesSecret)
    if (generates === undefined) return 'unchecked'
    return generates
      ? undefined
      : 'This client has no secret: the load balancer needs one, and without it whoever sees a code can redeem it'
  }),
}
