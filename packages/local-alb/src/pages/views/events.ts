/**
 * Requests as they come, as server-sent events for the page of requests.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer } from '../../html/answers.js'
import type { AlbState } from '../../sessions/state.js'
import { requestRow } from './requests-page.js'

/** Proxies and browsers end what is silent. */
const SILENT_MS = 20_000

/** Sends each request as a row of the table. Only for pages of our own origin. */
export function streamRequests({ requests }: AlbState, req: IncomingMessage, res: ServerResponse): void {
  const { 'sec-fetch-site': site } = req.headers
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return answer(res, 403, { 'content-type': 'text/plain' }, 'for pages of the local load balancer only\n')
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write(': begun\n\n')
  const end = requests.subscribe((record) => {
    res.write(`event: request\ndata: ${JSON.stringify({ id: record.id, row: requestRow(record).html })}\n\n`)
  })
  const timer = setInterval(() => res.write(': still here\n\n'), SILENT_MS)
  res.once('close', () => {
    clearInterval(timer)
    end()
  })
}
