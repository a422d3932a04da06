/**
 * Functions that any load balancer of any account may invoke, with headers of its own making.
 *
 * @module
 */

import type { Permission } from '../infrastructure.js'
import { found, type Rule, unchecked, type Verdict } from '../rule.js'
import { isAbsent, PartialText, stringOf, type Value } from '../value.js'

/** Load balancers, in any partition. */
function isLoadBalancers(principal: Value): boolean | undefined {
  const start = principal instanceof PartialText ? principal.parts[0] : stringOf(principal)
  return typeof start === 'string' ? start.startsWith('elasticloadbalancing.') : undefined
}

/** An ARN of any account is no ARN. */
function allowsAny(sourceArn: Value): boolean {
  const start = sourceArn instanceof PartialText ? sourceArn.parts[0] : stringOf(sourceArn)
  if (typeof start !== 'string') return false
  return start === '' || /^(?:\*|arn:[^:]*:[^:]*:[^:]*:\*)/.test(start)
}

function check(permission: Permission): Verdict[] {
  const isTheirs = isLoadBalancers(permission.principal)
  if (isTheirs === undefined) return [unchecked(permission)]
  if (!isTheirs || !(isAbsent(permission.sourceArn) || allowsAny(permission.sourceArn))) return []
  const why =
    'This permission has no SourceArn: a load balancer of any account may invoke the function, with whatever identity headers it likes'
  return [found(permission, why)]
}

export const lambdaPermission: Rule = {
  name: 'lambda-permission',
  summary: 'A function may be invoked by any load balancer',
  severity: 'error',
  url: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html',
  fix: {
    cloudformation:
      "CDK: new CfnPermission with sourceArn: targetGroup.targetGroupArn, in place of the one of LambdaTarget. CloudFormation: SourceArn with the target group's ARN",
    terraform: '`source_arn = aws_lb_target_group.….arn`',
  },
  check: ({ permissions }) => permissions.flatMap(check),
}
