/**
 * Load balancers that pass on headers whose names some servers read as others: `X_Amzn_Oidc_Data`.
 *
 * @module
 */

import type { Infrastructure, LoadBalancer } from '../infrastructure.js'
import { authenticates, type Paths } from '../paths.js'
import { found, type Rule, unchecked, type Verdict } from '../rule.js'
import { booleanOf } from '../value.js'

function check(loadBalancer: LoadBalancer, paths: Paths): Verdict[] {
  const authenticating = paths.routes.find(
    (route) => authenticates(route) === true && paths.loadBalancerOf(route) === loadBalancer,
  )
  const drops = booleanOf(loadBalancer.dropsInvalidHeaders)
  if (authenticating === undefined || drops === true) return []
  if (drops === undefined) return [unchecked(loadBalancer)]
  const why =
    'routing.http.drop_invalid_header_fields.enabled is off: clients can send names such as X_Amzn_Oidc_Data, which servers that read `_` as `-` take for headers of the load balancer'
  return [found(loadBalancer, why, authenticating)]
}

export const invalidHeaders: Rule = {
  name: 'invalid-headers',
  summary: 'The load balancer passes on header names that servers may take for its own',
  severity: 'warning',
  url: 'https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-4',
  fix: {
    cloudformation:
      'CDK: dropInvalidHeaderFields: true on the ApplicationLoadBalancer. CloudFormation: LoadBalancerAttributes with Key `routing.http.drop_invalid_header_fields.enabled`, Value `true`',
    terraform: '`drop_invalid_header_fields = true`',
  },
  check: ({ loadBalancers }: Infrastructure, paths) => loadBalancers.flatMap((one) => check(one, paths)),
}
