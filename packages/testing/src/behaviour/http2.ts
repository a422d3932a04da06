/**
 * Sends over HTTP/2, which a load balancer speaks to targets that ask for it.
 *
 * @module
 */

import { once } from 'node:events'
import { connect } from 'node:http2'

/** Asks for a page of `app.example` on a connection of its own, without TLS; follows no redirect. @returns the status. */
export async function statusOverHttp2(
  origin: string,
  path: string,
  headers: { readonly [name: string]: string } = {},
): Promise<number> {
  const session = connect(origin)
  try {
    const stream = session.request({ ':path': path, ':authority': 'app.example', accept: 'text/html', ...headers })
    const [answer] = (await once(stream, 'response')) as [{ ':status': number }]
    stream.resume()
    await once(stream, 'end')
    return answer[':status']
  } finally {
    session.destroy()
  }
}
