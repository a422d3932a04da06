/**
 * One verification for all loaders of an HTTP request.
 *
 * Remix 2 and React Router 7 hand every loader a `Request` of its own, copied from the one that arrived: there is no
 * object to remember the user by. What they share is the headers, and loaders of one request run at the same time.
 *
 * @module
 */

import { ACCESS_TOKEN_HEADER, type CognitoAuth, IDENTITY_HEADER, OIDC_DATA_HEADER, type User } from '@cognito-auth/core'
import { RequestAuth } from '@cognito-auth/core/adapter'

/** Everything that the answer depends on, told apart from what is not there. */
function keyOf(headers: Headers): string {
  return JSON.stringify([OIDC_DATA_HEADER, ACCESS_TOKEN_HEADER, IDENTITY_HEADER].map((name) => headers.get(name)))
}

/** Remembers the user of each `Request`, and shares a verification that is under way with every other copy of it. */
export function createSharedRequests(auth: CognitoAuth): RequestAuth<Request> {
  // By all three headers, whole; gone as soon as the answer is there, so nothing outlives its tokens here.
  const underWay = new Map<string, Promise<User>>()
  const requireUser = async (headers: Headers): Promise<User> => {
    const key = keyOf(headers)
    let verified = underWay.get(key)
    if (verified === undefined) {
      verified = auth.requireUser(headers).finally(() => underWay.delete(key))
      underWay.set(key, verified)
    }
    return await verified
  }
  // Its headers are those of the second argument.
  return new RequestAuth<Request>(
    { requireUser: (headers) => requireUser(headers as Headers) },
    ({ headers }) => headers,
  )
}
