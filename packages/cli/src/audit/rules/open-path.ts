/**
 * Ways to an authenticated app without the sign-in.
 *
 * @module
 */

import { authenticates, type Paths } from '../paths.js'
import { found, type Rule, unchecked, type Verdict } from '../rule.js'
import { stringOf } from '../value.js'
import type { Listener, ListenerRule } from '../infrastructure.js'

function check(route: Listener | ListenerRule, paths: Paths): Verdict[] {
  const leads = paths.leadsToAuthenticated(route)
  const asks = authenticates(route)
  if (leads === false || asks === true) return []
  const listener = paths.listenerOf(route)
  // That one is `http-listener`, whose cure is another.
  if (listener !== undefined && stringOf(listener.protocol) === 'HTTP') return []
  if (leads === undefined || asks === undefined) return [unchecked(route)]
  const what = 'listener' in route ? 'This rule' : 'The default action of this listener'
  const why = `${what} forwards to a target group that other rules authenticate for, without authenticating: whoever meets its conditions reaches the app without a sign-in`
  return [found(route, why, listener)]
}

export const openPath: Rule = {
  name: 'open-path',
  summary: 'A listener rule or default action forwards to an authenticated target group without authentication',
  severity: 'error',
  url: 'https://blog.doyensec.com/2026/05/25/cloudsectidbits-elbaph-alb.html',
  fix: {
    cloudformation:
      'CDK: put the forward into `next` of an AuthenticateCognitoAction. CloudFormation: an action `authenticate-cognito` of a lower Order before the `forward`. Or answer with a fixed response, or forward to a target group of its own',
    terraform:
      'An action `authenticate-cognito` of a lower `order` before the `forward`, a `fixed-response`, or a target group of its own',
  },
  check: (_, paths) => paths.routes.flatMap((route) => check(route, paths)),
}
