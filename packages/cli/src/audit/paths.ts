/**
 * Which actions lead to an app, and which of them sign people in first.
 *
 * @module
 */

import type { Action, Infrastructure, Listener, ListenerRule, LoadBalancer, Route } from './infrastructure.js'
import { entriesOf, identityOf, stringOf, type Value } from './value.js'

const SIGN_IN = ['authenticate-cognito', 'authenticate-oidc']

/** Whether the list of claims that `jwt-validation` checks has an entry; `undefined` where it is unknown. */
export function checksClaims({ claims }: Action): boolean | undefined {
  const entries = entriesOf(claims)
  return entries === undefined ? undefined : entries.length > 0
}

/** Whether something in front of the forward asks who it is; `undefined` where an action is unknown. */
export function authenticates({ actions }: Route): boolean | undefined {
  if (actions === undefined) return undefined
  const types = actions.map(({ type }) => stringOf(type))
  if (types.some((type) => type !== undefined && [...SIGN_IN, 'jwt-validation'].includes(type))) return true
  return types.includes(undefined) ? undefined : false
}

/** Whether it authenticates with more than a signature: `jwt-validation` alone takes tokens of every client of the pool. */
export function authenticatesFully(route: Route): boolean | undefined {
  const answers = (route.actions ?? [undefined]).map((action) => {
    const type = action === undefined ? undefined : stringOf(action.type)
    if (action === undefined || type === undefined) return undefined
    if (SIGN_IN.includes(type)) return true
    return type === 'jwt-validation' ? checksClaims(action) : false
  })
  if (answers.includes(true)) return true
  return answers.includes(undefined) ? undefined : false
}

/** ARNs of the target groups that a route forwards to; `undefined` among them where one is unknown. */
export function targetsOf({ actions }: Route): readonly (Value | undefined)[] {
  if (actions === undefined) return [undefined]
  return actions.flatMap(({ targetGroups }): readonly (Value | undefined)[] => entriesOf(targetGroups) ?? [undefined])
}

/** Routes, and what is known of where they lead. */
export class Paths {
  readonly #infrastructure: Infrastructure
  readonly #authenticated: ReadonlyMap<string, boolean>

  constructor(infrastructure: Infrastructure) {
    this.#infrastructure = infrastructure
    const found = new Map<string, boolean>()
    for (const route of this.routes) {
      if (authenticatesFully(route) !== true) continue
      for (const target of targetsOf(route)) {
        const identity = target === undefined ? undefined : identityOf(target)
        if (identity !== undefined) found.set(identity, found.get(identity) === true || !route.isConditional)
      }
    }
    this.#authenticated = found
  }

  /** Listeners, by their default actions, and rules. */
  get routes(): readonly (Listener | ListenerRule)[] {
    return [...this.#infrastructure.listeners, ...this.#infrastructure.rules]
  }

  /** Target groups that some route leads to only through a sign-in; `false` where that route may not be there. */
  get authenticated(): ReadonlyMap<string, boolean> {
    return this.#authenticated
  }

  /** Whether a route leads to an authenticated target group; `undefined` where that is unknown. */
  leadsToAuthenticated(route: Route): boolean | undefined {
    if (this.#authenticated.size === 0) return false
    const answers = targetsOf(route).map((target) => {
      const identity = target === undefined ? undefined : identityOf(target)
      if (identity === undefined) return undefined
      const found = this.#authenticated.get(identity)
      if (found !== undefined) return found ? true : undefined
      // A target group of this file, or one that is named, is another one; a parameter may be any.
      return this.#isKnown(identity, target) ? false : undefined
    })
    if (answers.includes(true)) return true
    return answers.includes(undefined) ? undefined : false
  }

  #isKnown(identity: string, target: Value | undefined): boolean {
    return typeof target === 'string' || this.#infrastructure.targetGroups.some(({ id }) => id === identity)
  }

  /** The listener of a route; `undefined` where it is not in this file. */
  listenerOf(route: Listener | ListenerRule): Listener | undefined {
    if (!('listener' in route)) return route
    const identity = identityOf(route.listener)
    return this.#infrastructure.listeners.find(({ id }) => id === identity)
  }

  /** The load balancer of a route; `undefined` where it is not in this file. */
  loadBalancerOf(route: Listener | ListenerRule): LoadBalancer | undefined {
    const listener = this.listenerOf(route)
    const identity = listener === undefined ? undefined : identityOf(listener.loadBalancer)
    return this.#infrastructure.loadBalancers.find(({ id }) => id === identity)
  }

  /** Routes that forward to a target group. */
  routesTo(target: string): readonly (Listener | ListenerRule)[] {
    return this.routes.filter((route) =>
      targetsOf(route).some((one) => one !== undefined && identityOf(one) === target),
    )
  }
}
