/** A real server that asks `proxy` first and a route handler then, as Next does. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { NextRequest } from 'next/server.js'

type Answer = Response | undefined | Promise<Response | undefined>

const servers: Server[] = []

function toRequest(req: IncomingMessage): NextRequest {
  const headers = new Headers()
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2)
    headers.append(req.rawHeaders[at] ?? '', req.rawHeaders[at + 1] ?? '')
  return new NextRequest(`http://${req.headers.host ?? 'localhost'}${req.url ?? '/'}`, {
    method: req.method ?? 'GET',
    headers,
  })
}

/** Starts a server; its origin. */
export async function serve(
  proxy: (request: NextRequest) => Answer,
  route: (request: NextRequest) => Answer,
): Promise<string> {
  const server = createServer((req, res) => {
    const answer = async (): Promise<void> => {
      await buffer(req)
      const request = toRequest(req)
      const response = (await proxy(request)) ?? (await route(request)) ?? new Response('not found', { status: 404 })
      for (const [name, value] of response.headers) res.appendHeader(name, value)
      res.writeHead(response.status).end(Buffer.from(await response.arrayBuffer()))
    }
    // What a handler throws Next answers with a page of its own.
    answer().catch(() => res.writeHead(500, { 'content-type': 'text/html' }).end())
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

/** Stops all servers. */
export function stopServers(): void {
  for (const server of servers) server.close()
}
