/**
 * App clients that listeners sign people in with.
 *
 * @module
 */

import type { Client, Infrastructure, Listener, ListenerRule } from './infrastructure.js'
import type { Paths } from './paths.js'
import { found, type Rule, unchecked, type Verdict } from './rule.js'
import { identityOf, isAbsent, Unknown, type Value } from './value.js'

/** A client, and the routes that use it. */
export interface UsedClient {
  readonly client: Client
  readonly routes: readonly (Listener | ListenerRule)[]
}

function clientsOf(route: Listener | ListenerRule): readonly Value[] {
  return (route.actions ?? [])
    .filter(({ type }) => type === 'authenticate-cognito')
    .map(({ client }) => client)
    .filter((client) => !isAbsent(client))
}

/** Clients of this file that a listener or a rule uses. */
export function usedClients({ clients }: Infrastructure, paths: Paths): UsedClient[] {
  return clients
    .map((client) => ({
      client,
      routes: paths.routes.filter((route) => clientsOf(route).some((one) => identityOf(one) === client.id)),
    }))
    .filter(({ routes }) => routes.length > 0)
}

/** Routes whose client is set at deployment, or in another file: it cannot be looked at. */
function withUnknownClient({ clients }: Infrastructure, paths: Paths): (Listener | ListenerRule)[] {
  return paths.routes.filter((route) =>
    clientsOf(route).some((one) => one instanceof Unknown && !clients.some(({ id }) => id === one.identity)),
  )
}

/**
 * The check of a rule about clients: each that is used is looked at.
 *
 * @param problem What is wrong, `undefined` where nothing is, `'unchecked'` where that is unknown.
 */
export function checkClients(
  problem: (used: UsedClient, infrastructure: Infrastructure, paths: Paths) => string | undefined,
): Rule['check'] {
  return (infrastructure, paths) => {
    const verdicts = usedClients(infrastructure, paths).flatMap((used): Verdict[] => {
      const why = problem(used, infrastructure, paths)
      if (why === undefined) return []
      return [why === 'unchecked' ? unchecked(used.client) : found(used.client, why, ...onlyCertain(used))]
    })
    return [...verdicts, ...withUnknownClient(infrastructure, paths).map(unchecked)]
  }
}

/** It counts as used where any route that is certainly there uses it. */
function onlyCertain({ routes }: UsedClient): readonly (Listener | ListenerRule)[] {
  const certain = routes.filter(({ isConditional }) => !isConditional)
  return certain.length > 0 ? certain : routes
}
