/**
 * Requests that the load balancer sends to itself: replays and attacks, with the headers that an app is to get.
 *
 * A ticket is random, counts once, and is known to this process only. It stands for one request, so that an attack
 * changes nothing for the people who use the app meanwhile.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import type { FaultName } from '../options/faults.js'
import type { MockUser } from '../options/users.js'
import type { OidcHeaders } from '../tokens/token-issuer.js'
import type { Clock } from '../tokens/clock.js'
import { ExpiringMap } from './expiring-map.js'

/** The header that carries a ticket; it never reaches an app. */
export const TICKET_HEADER = 'x-local-alb-ticket'

/** What a request is sent on with. */
export interface Ticket {
  /** Whose request it is. */
  readonly who: MockUser
  readonly headers: OidcHeaders
  readonly fault?: FaultName | undefined
}

/** Tickets that have not been used yet. */
export class Tickets {
  readonly #tickets: ExpiringMap<Ticket>

  constructor(clock: Clock) {
    this.#tickets = new ExpiringMap(100, 60, clock)
  }

  create(ticket: Ticket): string {
    const id = randomBytes(16).toString('hex')
    this.#tickets.set(id, ticket)
    return id
  }

  has(id: unknown): boolean {
    return typeof id === 'string' && this.#tickets.get(id) !== undefined
  }

  take(id: unknown): Ticket | undefined {
    return typeof id === 'string' ? this.#tickets.take(id) : undefined
  }
}
