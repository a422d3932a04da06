/**
 * The access log: a line of JSON for each request, without tokens, e-mail addresses or queries.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { User } from '@cognito-auth/core'

/** What is known of a request by its end. */
export interface RequestLog {
  status: number | undefined
  user: User | undefined
  code: string | undefined
  reason: string | undefined
}

/** What is logged of a client that left before it was answered, as nginx has it. */
const CLIENT_LEFT = 499

/** Writes a line when the request has ended: with its response, or with the connection that it was upgraded to. */
export function logAtEnd(
  req: IncomingMessage,
  end: Duplex | { once(event: 'close', listener: () => void): unknown },
): RequestLog {
  const log: RequestLog = { status: undefined, user: undefined, code: undefined, reason: undefined }
  const begun = performance.now()
  end.once('close', () => {
    const line = {
      method: req.method,
      path: (req.url ?? '').replace(/[?#].*$/s, ''),
      status: log.status ?? CLIENT_LEFT,
      ms: Math.round(performance.now() - begun),
      sub: log.user?.sub,
      code: log.code,
      reason: log.reason,
    }
    process.stdout.write(`${JSON.stringify(line)}\n`)
  })
  return log
}
