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

/** A verification under way, and with its ALB token everything that its answer depends on. */
interface UnderWay {
  readonly accessToken: string | null
  readonly identity: string | null
  readonly verified: Promise<User>
}

/** Remembers the user of each `Request`, and shares a verification that is under way with every other copy of it. */
export function createSharedRequests(auth: CognitoAuth): RequestAuth<Request> {
  // Shared where all three headers are the same, whole; gone as soon as the answer is there, so nothing outlives its
  // tokens here.
  const underWay = new Map<string | null, UnderWay>()
  const requireUser = async (headers: Headers): Promise<User> => {
    const oidcData = headers.get(OIDC_DATA_HEADER)
    const accessToken = headers.get(ACCESS_TOKEN_HEADER)
    const identity = headers.get(IDENTITY_HEADER)
    const other = underWay.get(oidcData)
    if (other !== undefined && other.accessToken === accessToken && other.identity === identity) {
      return await other.verified
    }
    const own: UnderWay = { accessToken, identity, verified: auth.requireUser(headers) }
    underWay.set(oidcData, own)
    try {
      return await own.verified
    } finally {
      if (underWay.get(oidcData) === own) underWay.delete(oidcData)
    }
  }
  // Its headers are those of the second argument.
  return new RequestAuth<Request>(
    { requireUser: (headers) => requireUser(headers as Headers) },
    ({ headers }) => headers,
  )
}
