/**
 * An app that knows nothing of this project: it answers with what it received.
 *
 * @module
 */

import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createHash } from 'node:crypto'
import { WebSocketServer } from 'ws'

/** What the app says it received. */
export interface Echo {
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

export interface EchoApp {
  readonly url: string
  stop(): Promise<void>
}

/**
 * `/upload` answers with the digest of the body, `/slow` never answers, `/events` streams, `/cut` hangs up, any other
 * path echoes. A WebSocket is first told the headers of its upgrade, then its own messages.
 */
export async function startEchoApp(): Promise<EchoApp> {
  const server = createServer({ maxHeaderSize: 65_536 }, (req, res) => {
    if (req.url === '/slow') return
    if (req.url === '/cut') return void req.socket.destroy()
    if (req.url === '/upload') {
      const digest = createHash('sha256')
      req.on('data', (chunk: Buffer) => digest.update(chunk)).on('end', () => res.end(digest.digest('hex')))
      return
    }
    if (req.url === '/events') {
      // Left open: the client sees the first event only if nothing on the way waits for the end.
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n')
      return
    }
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify({ url: req.url, headers: req.headers }))
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, req) => {
    socket.send(JSON.stringify(req.headers))
    socket.on('message', (message) => socket.send(`echo ${message.toString()}`))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
