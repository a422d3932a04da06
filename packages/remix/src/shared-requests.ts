/**
 * One verification for all loaders of an HTTP request.
 *
 * Remix 2 and React Router 7 hand every loader a `Request` of its own, copied from the one that arrived: there is no
 * object to remember the user by. What they share is the headers, and loaders of one request run at the same time.
 *
 * @module
 */

import { ACCESS_TOKEN_HEADER, IDENTITY_HEADER, OIDC_DATA_HEADER, type User } from '@cognito-auth/core'
import { RequestAuth } from '@cognito-auth/core/adapter'

/** Everything that the answer depends on, told apart from what is not there. */
function keyOf({ headers }: Request): string {
  return JSON.stringify([OIDC_DATA_HEADER, ACCESS_TOKEN_HEADER, IDENTITY_HEADER].map((name) => headers.get(name)))
}

/** Shares a verification that is under way with every request that carries the same headers. */
export class SharedRequests extends RequestAuth<Request> {
  /** By all three headers, whole; gone as soon as the answer is there, so nothing outlives its tokens here. */
  readonly #underWay = new Map<string, Promise<User>>()

  override async requireUser(request: Request): Promise<User> {
    const key = keyOf(request)
    const underWay = this.#underWay.get(key)
    if (underWay !== undefined) return await underWay
    const verified = super.requireUser(request).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, verified)
    return await verified
  }
}
