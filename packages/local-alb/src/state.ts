/**
 * What one local load balancer knows.
 *
 * @module
 */

import type { FaultName } from './faults.js'
import { Identity } from './identity.js'
import type { RecentRequest } from './pages.js'
import type { ListenerRule } from './rules.js'
import { SignIns } from './sign-in.js'
import type { MockUser } from './users.js'

const MOST_RECENT = 20

/** Everything that requests share. */
export class AlbState {
  readonly identity = new Identity()
  readonly signIns: SignIns
  readonly users: readonly MockUser[]
  readonly rules: readonly ListenerRule[]
  readonly recent: RecentRequest[] = []
  /** Headers as last sent to the app, decoded for people to read. */
  lastHeaders: readonly (readonly [name: string, decoded: string])[] = []
  fault: FaultName | undefined
  /** `http://localhost:8080`; known once it listens. */
  baseUrl = ''
  readonly #logoutUrls: readonly string[]

  constructor(options: {
    readonly users: readonly MockUser[]
    readonly rules: readonly ListenerRule[]
    readonly sessionSeconds: number
    readonly logoutUrls: readonly string[]
  }) {
    this.users = options.users
    this.rules = options.rules
    this.signIns = new SignIns(options.sessionSeconds)
    this.#logoutUrls = options.logoutUrls
  }

  /** Whether a person may be sent there after signing out. */
  isLogoutUrl(target: string): boolean {
    return target === this.baseUrl || target.startsWith(`${this.baseUrl}/`) || this.#logoutUrls.includes(target)
  }

  remember(request: RecentRequest): void {
    this.recent.unshift(request)
    this.recent.length = Math.min(this.recent.length, MOST_RECENT)
  }
}
