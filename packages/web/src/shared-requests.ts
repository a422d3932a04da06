/**
 * One verification for all copies of an HTTP request.
 *
 * Remix 2 and React Router 7 hand every loader a `Request` of its own, copied from the one that arrived: there is no
 * object to remember the user by. What they share is the headers, and loaders of one request run at the same time.
 *
 * @module
 */

import {
  ACCESS_TOKEN_HEADER,
  AccessDeniedError,
  type CognitoAuth,
  IDENTITY_HEADER,
  OIDC_DATA_HEADER,
  type User,
} from '@cognito-auth/core'
import { RequestUsers } from '@cognito-auth/core/adapter'
import type { WebRequest } from './web-request.js'

type Headers = WebRequest['headers']

/** With the ALB token, everything that a verification depends on. */
const OTHER_HEADERS = [ACCESS_TOKEN_HEADER, IDENTITY_HEADER, 'authorization'] as const

/** A verification under way, and what it was asked about besides the ALB token. */
interface UnderWay {
  readonly others: readonly (string | null)[]
  readonly verified: Promise<User>
}

/** Shares a verification that is under way; gone as soon as the answer is there, so nothing outlives its tokens here. */
function sharedVerification(auth: CognitoAuth): (headers: Headers) => Promise<User> {
  const underWay = new Map<string, UnderWay>()
  return async (headers) => {
    const oidcData = headers.get(OIDC_DATA_HEADER)
    // Without an ALB token the answer may depend on headers that are not compared here, and costs little.
    if (oidcData === null) return await auth.authenticate(headers)
    const others = OTHER_HEADERS.map((name) => headers.get(name))
    const other = underWay.get(oidcData)
    if (other?.others.every((value, index) => value === others[index])) return await other.verified
    const own: UnderWay = { others, verified: auth.authenticate(headers) }
    underWay.set(oidcData, own)
    try {
      return await own.verified
    } finally {
      if (underWay.get(oidcData) === own) underWay.delete(oidcData)
    }
  }
}

/**
 * Remembers the user of each `Request`, and shares a verification that is under way with every other copy of it. The
 * authoriser is asked for each `Request`: a rule may depend on more than the tokens (the tenant, the address).
 */
export function createSharedRequests(auth: CognitoAuth): RequestUsers<WebRequest> {
  const authenticate = sharedVerification(auth)
  const requireUser = async (headers: Headers): Promise<User> => {
    const decision = await auth.authorise(await authenticate(headers))
    // Only `true` allows, whatever a subclass of Authoriser answers.
    if (decision.allowed !== true) throw new AccessDeniedError(decision)
    return decision.user
  }
  // Its headers are those of the second argument.
  return new RequestUsers<WebRequest>(
    { requireUser: (headers) => requireUser(headers as Headers), groupsClaim: auth.groupsClaim },
    ({ headers }) => headers,
  )
}
