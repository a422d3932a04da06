/**
 * Sign-in as a browser sees it: load balancer to user pool and back, in the real order, with sessions.
 *
 * Load balancer: `302` to authorize with `state`, and a nonce cookie. User pool: page, form, `302` back with `code`.
 * Load balancer: `/oauth2/idpresponse` takes state and code, once each, and sets the session cookie.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { ExpiringMap } from './expiring-map.js'
import { COOKIES, MAX_SESSION_LENGTH } from './cookies.js'
import type { Clock } from '../tokens/clock.js'
import type { AccessToken } from '../tokens/provider.js'
import { idOf, type MockUser } from '../options/users.js'

/** Somebody's session at the load balancer. */
export interface Session {
  user: MockUser
  accessToken: AccessToken
  /** Seconds since the epoch. */
  readonly until: number
  /** The session at the user pool that it began with; none where no browser signed in. */
  readonly poolSession?: string | undefined
}

/** Who signed in at the user pool, whose own session that began. */
interface SignedInAtPool {
  readonly user: MockUser
  readonly poolSession: string
}

/** What a sign-in under way remembers. */
interface PendingSignIn {
  /** Path and query to go back to, on this load balancer. */
  readonly returnTo: string
  readonly nonce: string
}

const CODE_SECONDS = 300
/** People at one desk. */
const LIMIT = 1000
/** A page that asks every second while a user signs in begins as many sign-ins: theirs must not be pushed out. */
const PENDING_LIMIT = 10_000
const NONCE = /^[0-9a-f]{16}$/

/** Standard base64, as the load balancer's own values are. */
const secret = (): string => randomBytes(32).toString('base64')

/** Sign-ins under way, and sessions. Ids are random, so a made-up cookie names no session. */
export class SignIns {
  readonly #pending: ExpiringMap<PendingSignIn>
  readonly #codes: ExpiringMap<SignedInAtPool>
  readonly #poolSessions: ExpiringMap<MockUser>
  readonly #sessions: ExpiringMap<Session>
  readonly #sessionSeconds: number

  readonly #clock: Clock

  constructor(sessionSeconds: number, clock: Clock) {
    this.#sessionSeconds = sessionSeconds
    this.#clock = clock
    this.#pending = new ExpiringMap(PENDING_LIMIT, COOKIES.nonce.seconds, clock)
    this.#codes = new ExpiringMap(LIMIT, CODE_SECONDS, clock)
    this.#poolSessions = new ExpiringMap(LIMIT, COOKIES.pool.seconds, clock)
    this.#sessions = new ExpiringMap(LIMIT, sessionSeconds, clock)
  }

  /**
   * Begins at the load balancer.
   *
   * @param known nonce that the browser has already: a second tab, or a request in the background, must not take the
   * nonce away from a sign-in under way.
   */
  begin(returnTo: string, known?: string): { readonly state: string; readonly nonce: string } {
    const state = secret()
    const nonce = known !== undefined && NONCE.test(known) ? known : randomBytes(8).toString('hex')
    this.#pending.set(state, { returnTo, nonce })
    return { state, nonce }
  }

  /** Whether a sign-in of that state is under way. */
  isPending(state: string): boolean {
    return this.#pending.get(state) !== undefined
  }

  /** Somebody has signed in at the user pool. */
  signedIn(user: MockUser): { readonly code: string; readonly poolSession: string } {
    const [code, poolSession] = [secret(), secret()]
    this.#codes.set(code, { user, poolSession })
    this.#poolSessions.set(poolSession, user)
    return { code, poolSession }
  }

  /** Who the user pool remembers. */
  poolUser(poolSession: string | undefined): MockUser | undefined {
    return poolSession === undefined ? undefined : this.#poolSessions.get(poolSession)
  }

  /** Ends at the load balancer: state, code and nonce belong together and are used up. */
  finish(
    state: string,
    code: string,
    nonce: string | undefined,
  ): (SignedInAtPool & { readonly returnTo: string }) | undefined {
    const pending = this.#pending.take(state)
    const signedIn = this.#codes.take(code)
    if (pending === undefined || signedIn === undefined || pending.nonce !== nonce) return undefined
    return { ...signedIn, returnTo: pending.returnTo }
  }

  /**
   * Begins a session. On AWS claims and tokens are in the cookie, encrypted; here it is as long, and random.
   *
   * @param size bytes of claims and access token
   * @returns the session's id.
   */
  createSession(session: Omit<Session, 'until'>, size: number): string {
    const length = Math.min(Math.max(44, Math.ceil((size * 4) / 3)), MAX_SESSION_LENGTH)
    const id = randomBytes(length).toString('base64').slice(0, length)
    const until = this.#clock.seconds() + this.#sessionSeconds
    this.#sessions.set(id, { ...session, until })
    return id
  }

  /** Makes access tokens of sessions expire: the next request of each refreshes, or fails to. @param user of one user only */
  expireAccessTokens(user?: MockUser): void {
    for (const session of this.#sessionsOf(user)) session.accessToken = { ...session.accessToken, exp: 0 }
  }

  #sessionsOf(user: MockUser | undefined): Session[] {
    return this.#sessions.values().filter((one) => user === undefined || idOf(one.user) === idOf(user))
  }

  /** Ends all sessions of a user, at the load balancer and at the user pool. */
  endSessionsOf(user: MockUser): void {
    this.#sessions.deleteWhere((one) => idOf(one.user) === idOf(user))
    this.#poolSessions.deleteWhere((one) => idOf(one) === idOf(user))
  }

  session(id: string | undefined): Session | undefined {
    return id === undefined ? undefined : this.#sessions.get(id)
  }

  /** Forgets both sessions. */
  signOut(poolSession: string | undefined, sessionId: string | undefined): void {
    if (poolSession !== undefined) this.#poolSessions.delete(poolSession)
    if (sessionId !== undefined) this.#sessions.delete(sessionId)
  }
}
