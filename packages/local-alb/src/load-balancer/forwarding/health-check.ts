/**
 * Health checks as a target group sends them: straight to the app, past the rules, without anybody's headers.
 *
 * @module
 */

import { type ClientRequest, get } from 'node:http'
import type { RequestLog } from '../../sessions/request-log.js'

/** As on AWS by default. */
const INTERVAL_MS = 30_000
const TIMEOUT_MS = 5_000

/** Where to look, and whom to tell. */
export interface HealthCheckOptions {
  /** URL of the app. */
  readonly appUrl: string
  readonly path: string
  readonly requests: RequestLog
}

/** Checks now, and every 30 seconds. @returns a function that ends it, and a check under way. */
export function startHealthChecks({ appUrl, path, requests }: HealthCheckOptions): () => void {
  let underWay: ClientRequest | undefined

  function check(): void {
    const record = requests.begin({ method: 'GET', path, user: 'health check' })
    const headers = { 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' }
    underWay = get(new URL(path, appUrl), { headers, agent: false, timeout: TIMEOUT_MS }, (response) => {
      requests.end(record, { status: response.statusCode, answeredBy: 'app' })
      response.resume()
    })
      .once('timeout', function (this: { destroy(): void }) {
        this.destroy()
      })
      .on('error', () => requests.end(record, { status: 'no answer' }))
  }
  check()
  const timer = setInterval(check, INTERVAL_MS)
  return () => {
    clearInterval(timer)
    underWay?.destroy()
  }
}
