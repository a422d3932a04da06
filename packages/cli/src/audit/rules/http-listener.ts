/**
 * Listeners without TLS: a load balancer cannot sign people in there.
 *
 * @module
 */

import type { Listener } from '../infrastructure.js'
import { authenticates, type Paths } from '../paths.js'
import { found, type Rule, unchecked, type Verdict } from '../rule.js'
import { stringOf } from '../value.js'

function check(listener: Listener, paths: Paths): Verdict[] {
  const protocol = stringOf(listener.protocol)
  if (protocol !== undefined && protocol !== 'HTTP') return []
  const routes = paths.routes.filter((route) => paths.listenerOf(route) === listener)
  const leading = routes.find((route) => paths.leadsToAuthenticated(route) === true)
  if (leading === undefined) {
    const mayLead = routes.some((route) => paths.leadsToAuthenticated(route) === undefined)
    return mayLead && protocol === 'HTTP' ? [unchecked(listener)] : []
  }
  if (protocol === undefined) {
    // A listener that authenticates has TLS, whatever its parameter says: load balancers take no other.
    return routes.some((route) => authenticates(route) === true) ? [] : [unchecked(listener)]
  }
  const why =
    'This HTTP listener forwards to an authenticated target group: load balancers authenticate on HTTPS listeners only, so its requests reach the app without a sign-in, and unencrypted'
  return [found(listener, why, leading)]
}

export const httpListener: Rule = {
  name: 'http-listener',
  summary: 'An HTTP listener forwards to an authenticated target group',
  severity: 'error',
  url: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html',
  fix: {
    cloudformation:
      'CDK: alb.addRedirect(). CloudFormation: a DefaultActions entry of Type `redirect` to HTTPS, port 443, StatusCode `HTTP_301`, and no rules that forward',
    terraform: 'A `default_action` of type `redirect` to HTTPS, port 443, `HTTP_301`, and no rules that forward',
  },
  check: ({ listeners }, paths) => listeners.flatMap((listener) => check(listener, paths)),
}
