/**
 * One verification for all loaders of an HTTP request.
 *
 * Remix 2 and React Router 7 hand every loader a `Request` of its own, copied from the one that arrived, and nothing
 * leads from a copy to the others: not even `signal`, which is new in each. What they share is their headers, and a
 * load balancer makes those of one request unlike those of any other: it writes an `X-Amzn-Trace-Id` of its own, also
 * into one that the client sent.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html Request tracing}
 * @module
 */

import { createHash } from 'node:crypto'
import type { CognitoAuth, User } from '@cognito-auth/core'
import { RequestAuth } from '@cognito-auth/core/adapter'

/**
 * How long an answer is kept for loaders that ask later, after other work. The trace identifier tells requests apart,
 * so this is only for memory's sake: hardly a request takes longer.
 */
const TRACED_SECONDS = 30

/**
 * The same without a trace identifier, in tests and on developers' machines: a request that is repeated to the letter
 * cannot be told from a copy. Less than a tolerable difference of clocks, and nothing prolongs it.
 */
const UNTRACED_SECONDS = 1

/** Answers kept at most; what is forgotten early is verified again. */
const LIMIT = 1000

interface Shared {
  readonly verified: Promise<User>
  /** When it may be used: from its answer on, for a while; always before. */
  answeredAt: number | undefined
  readonly keepSeconds: number
}

/** All headers, whole: an answer depends on no others, and a copy has them all. A digest, for they are long. */
function keyOf(headers: Headers): string {
  return createHash('sha256')
    .update(JSON.stringify([...headers]))
    .digest('base64')
}

function isUsable({ answeredAt, keepSeconds }: Shared, now: number): boolean {
  // A clock that was put back makes nothing last longer.
  return answeredAt === undefined || (now >= answeredAt && now < answeredAt + keepSeconds * 1000)
}

/** Remembers the user of each `Request`, and shares a verification with every other copy of it. */
export function createSharedRequests(auth: Pick<CognitoAuth, 'requireUser'>): RequestAuth<Request> {
  // In order of age. Belongs to one `auth`: others have other rules.
  const shared = new Map<string, Shared>()

  function makeRoom(now: number): void {
    for (const [key, entry] of shared) {
      if (shared.size < LIMIT && isUsable(entry, now)) return
      shared.delete(key)
    }
  }

  function verify(headers: Headers, key: string): Shared {
    const isTraced = headers.has('x-amzn-trace-id')
    const entry: Shared = {
      verified: auth.requireUser(headers),
      answeredAt: undefined,
      keepSeconds: isTraced ? TRACED_SECONDS : UNTRACED_SECONDS,
    }
    entry.verified.then(
      () => (entry.answeredAt = Date.now()),
      () => {
        entry.answeredAt = Date.now()
        // Whoever repeats a request that failed wants to know whether it still does.
        if (!isTraced && shared.get(key) === entry) shared.delete(key)
      },
    )
    return entry
  }

  async function requireUser(headers: Headers): Promise<User> {
    const key = keyOf(headers)
    const now = Date.now()
    let entry = shared.get(key)
    if (entry === undefined || !isUsable(entry, now)) {
      shared.delete(key)
      makeRoom(now)
      entry = verify(headers, key)
      shared.set(key, entry)
    }
    return await entry.verified
  }

  // Its headers are those of the second argument.
  return new RequestAuth<Request>(
    { requireUser: (headers) => requireUser(headers as Headers) },
    ({ headers }) => headers,
  )
}
