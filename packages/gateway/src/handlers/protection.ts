/**
 * Who a request comes from, and the headers that say so.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import type { User } from '@cognito-auth/core'
import { nodeHeaders } from '@cognito-auth/core/adapter'
import type { AssertionSigner } from '../identity/assertion.js'
import { type IdentityValues, identityValues, type UserValues } from '../identity/identity-values.js'
import type { Settings } from '../options/options.js'

/** A user who is allowed, as headers. */
export interface Identified {
  readonly user: User
  readonly identity: IdentityValues
  readonly assertion: string | undefined
}

/** Verifies requests, and says in headers who sent them. */
export class Protection {
  readonly #settings: Settings
  readonly #signer: AssertionSigner | undefined
  /** `iss` of assertions, where none is configured. */
  issuer = ''
  #hasWarned = false
  /** By user: whoever is remembered by the tokens is the same frozen object. */
  readonly #values = new WeakMap<User, UserValues>()

  constructor(settings: Settings, signer: AssertionSigner | undefined) {
    this.#settings = settings
    this.#signer = signer
  }

  /** @throws {CognitoAuthError} as `CognitoAuth.requireUser()` does. */
  async identify(req: IncomingMessage): Promise<Identified> {
    const user = await this.#settings.auth.requireUser(nodeHeaders(req))
    const { values, areGroupsOmitted } = this.#valuesOf(user)
    if (areGroupsOmitted) this.#warn()
    const assertion = this.#signer === undefined ? undefined : await this.#signer.sign(user, this.issuer)
    return { user, identity: values, assertion }
  }

  #valuesOf(user: User): UserValues {
    const known = this.#values.get(user)
    if (known !== undefined) return known
    const values = identityValues(this.#settings.headers, user)
    this.#values.set(user, values)
    return values
  }

  #warn(): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    process.emitWarning(
      'A user has so many groups that the identity headers would pass 8 KiB: groups are sent empty, with X-Cognito-Auth-Groups-Omitted: true. Let the app read the assertion, or ask the rules of the config for groups',
      { type: 'CognitoAuthWarning', code: 'COGNITO_AUTH_GROUPS_OMITTED' },
    )
  }
}
