/**
 * Pages for after signing out that ask to sign in: whoever signs out is signed in again, or sent in a circle.
 *
 * @module
 */

import { checkClients, type UsedClient } from '../clients.js'
import type { Infrastructure, Listener, ListenerRule } from '../infrastructure.js'
import type { Paths } from '../paths.js'
import { answering } from '../priority.js'
import type { Rule } from '../rule.js'
import { hostIdentity, urlParts } from '../url.js'
import { entriesOf, isAbsent, stringOf, type Value } from '../value.js'

type Answer = boolean | undefined

const ASKING = ['authenticate-cognito', 'authenticate-oidc', 'jwt-validation']

/** Whether a route asks people to sign in. With `allow` it does not: the app answers. */
function asks({ actions, isConditional }: Listener | ListenerRule): Answer {
  if (actions === undefined || isConditional) return undefined
  const answers = actions.map(({ type, onUnauthenticatedRequest }): Answer => {
    const name = stringOf(type)
    if (name === undefined) return undefined
    if (!ASKING.includes(name)) return false
    if (isAbsent(onUnauthenticatedRequest)) return true
    const otherwise = stringOf(onUnauthenticatedRequest)
    return otherwise === undefined ? undefined : otherwise !== 'allow'
  })
  if (answers.includes(true)) return true
  return answers.includes(undefined) ? undefined : false
}

/** Whether the page is on a host that people sign in for; a page elsewhere is not this load balancer's. */
function isOnOwnHost(host: Value, callbacks: readonly Value[]): Answer {
  const identity = hostIdentity(host)
  if (identity === undefined) return undefined
  const own = callbacks.map((url) => urlParts(url)?.host)
  if (own.some((one) => one !== undefined && hostIdentity(one) === identity)) return true
  const areKnown = typeof host === 'string' && own.every((one) => typeof one === 'string')
  return areKnown ? false : undefined
}

function answerOf(url: Value, listener: Listener, infrastructure: Infrastructure): Answer {
  const parts = urlParts(url)
  if (parts === undefined || typeof parts.path !== 'string') return undefined
  const routes = answering(listener, infrastructure, parts)
  const answers = routes?.map(asks) ?? [undefined]
  if (answers.every((answer) => answer === true)) return true
  return answers.every((answer) => answer === false) ? false : undefined
}

function problem({ client, routes }: UsedClient, infrastructure: Infrastructure, paths: Paths): string | undefined {
  const [pages, callbacks] = [entriesOf(client.logoutUrls), entriesOf(client.callbackUrls)]
  if (pages === undefined || callbacks === undefined) return 'unchecked'
  const listeners = new Set(routes.map((route) => paths.listenerOf(route)))
  const answers = pages.flatMap((url) => {
    const host = urlParts(url)?.host
    const isOwn = host === undefined ? undefined : isOnOwnHost(host, callbacks)
    if (isOwn !== true) return [isOwn]
    return [...listeners].map((listener) =>
      listener === undefined ? undefined : answerOf(url, listener, infrastructure),
    )
  })
  if (answers.includes(true)) {
    return 'A LogoutURL of this client is answered by an action that authenticates: whoever signs out is asked to sign in at once, or is signed in again'
  }
  return answers.includes(undefined) ? 'unchecked' : undefined
}

export const signedOut: Rule = {
  name: 'signed-out',
  summary: 'The page after signing out is behind the sign-in',
  severity: 'warning',
  url: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#authentication-logout',
  fix: {
    cloudformation:
      "CDK: listener.addAction('SignedOut', { priority: 1, conditions: [ListenerCondition.pathPatterns(['/signed-out'])], action: ListenerAction.fixedResponse(200, …) }). CloudFormation: a ListenerRule of a lower Priority with a `fixed-response`",
    terraform: 'An `aws_lb_listener_rule` of a lower `priority` for that path with a `fixed-response`',
  },
  check: checkClients(problem),
}
