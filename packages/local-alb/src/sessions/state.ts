/**
 * What one local load balancer knows.
 *
 * @module
 */

import { type FaultName, parseFault } from '../options/faults.js'
import { CsrfTokens } from './csrf-tokens.js'
import { type TokenIssuer, MAX_CLAIMS_BYTES, type OidcHeaders } from '../tokens/token-issuer.js'
import { UsageError } from '../options/options.js'
import type { ListenerRule } from '../options/rules.js'
import { Tickets } from './tickets.js'
import type { Origins } from '../net/own-host.js'
import { Grants } from './grants.js'
import { RequestLog } from './request-log.js'
import { type Session, SignIns } from './sign-in.js'
import { idOf, type MockUser } from '../options/users.js'

/** What is known from the start. */
export interface AlbStateOptions {
  readonly issuer: TokenIssuer
  readonly users: readonly MockUser[]
  readonly rules: readonly ListenerRule[]
  readonly sessionSeconds: number
  readonly logoutUrls: readonly string[]
}

/** Everything that requests share. */
export class AlbState {
  readonly issuer: TokenIssuer
  readonly signIns: SignIns
  readonly csrf = new CsrfTokens()
  readonly grants: Grants
  readonly tickets: Tickets
  rules: readonly ListenerRule[]
  readonly requests = new RequestLog()
  /** Headers as last sent to the app. */
  lastHeaders: OidcHeaders = {}
  /** Known once it listens. */
  origins: Origins = { app: '', pool: '', local: '' }
  #users: readonly MockUser[] = []
  /** Users that are or were on the list: one who was typed in is no earlier version of another. */
  readonly #listed = new WeakSet<MockUser>()
  #fault: FaultName | undefined
  readonly #logoutUrls: readonly string[]

  constructor({ issuer, users, rules, sessionSeconds, logoutUrls }: AlbStateOptions) {
    this.issuer = issuer
    this.users = users
    this.rules = rules
    this.signIns = new SignIns(sessionSeconds, issuer.clock)
    this.grants = new Grants(issuer.clock)
    this.tickets = new Tickets(issuer.clock)
    this.#logoutUrls = logoutUrls
  }

  /** Who can sign in. A change reaches sessions when their access token is refreshed. */
  get users(): readonly MockUser[] {
    return this.#users
  }

  set users(users: readonly MockUser[]) {
    this.#users = users
    for (const user of users) this.#listed.add(user)
  }

  get fault(): FaultName | undefined {
    return this.#fault
  }

  /**
   * Sets a fault, or takes it back.
   *
   * @throws {LocalAlbError} when there is no such fault, a {@link UsageError} where it would do nothing with this provider.
   */
  setFault(name: string | undefined): void {
    const fault = name === undefined || name === '' ? undefined : parseFault(name)
    const whyIdle = fault === undefined ? undefined : this.issuer.provider.idleFaults[fault]
    if (whyIdle !== undefined) throw new UsageError(`the fault ${fault} does nothing here: ${whyIdle}`)
    this.#fault = fault
    if (this.#fault === 'refresh_failure') this.signIns.expireAccessTokens()
  }

  /** Begins a session. @returns its id. */
  beginSession(user: MockUser, poolSession?: string): string {
    const accessToken = this.issuer.provider.accessToken(user, undefined)
    const size = this.issuer.sizeOf(user, accessToken, undefined)
    return this.signIns.createSession({ user, accessToken, poolSession }, size)
  }

  /** Whether claims and access token are more than a load balancer takes. */
  isTooLarge({ user, accessToken }: Session): boolean {
    return this.issuer.sizeOf(user, accessToken, this.#fault) > MAX_CLAIMS_BYTES
  }

  /** Refreshes the access token of a session where it is over. @returns `false` when that failed: the session is over. */
  refresh(session: Session): boolean {
    if (session.accessToken.exp > this.issuer.clock.now() / 1000) return true
    if (this.#fault === 'refresh_failure') return false
    session.user = this.current(session.user)
    session.accessToken = this.issuer.provider.accessToken(session.user, undefined, session.accessToken.origin)
    return true
  }

  /** A user as the list has them now; one who was typed in stays as they are. */
  current(user: MockUser): MockUser {
    return this.#listed.has(user) ? (this.#users.find((one) => idOf(one) === idOf(user)) ?? user) : user
  }

  /** Whether a person may be sent there after signing out. */
  isLogoutUrl(target: string): boolean {
    const { app } = this.origins
    return target === app || target.startsWith(`${app}/`) || this.#logoutUrls.includes(target)
  }
}
