/** A real server in front of a handler of Web `Request`s. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'

const servers: Server[] = []

/** With every line of a header, as runtimes whose servers speak Web have them; Node drops a second `Authorization`. */
function toRequest(req: IncomingMessage): Request {
  const headers = new Headers()
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2)
    headers.append(req.rawHeaders[at] ?? '', req.rawHeaders[at + 1] ?? '')
  return new Request(`http://${req.headers.host ?? 'localhost'}${req.url ?? '/'}`, {
    method: req.method ?? 'GET',
    headers,
  })
}

/** Starts a server; its origin. */
export async function serve(handler: (request: Request) => Promise<Response>): Promise<string> {
  const server = createServer((req, res) => {
    const answer = async (): Promise<void> => {
      await buffer(req)
      const response = await handler(toRequest(req))
      for (const [name, value] of response.headers) res.appendHeader(name, value)
      res.writeHead(response.status).end(Buffer.from(await response.arrayBuffer()))
    }
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
