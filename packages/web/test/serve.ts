/** A real server in front of a handler of Web `Request`s. */
import { createServer, type Server } from 'node:http'
import { createRequestListener } from '@remix-run/node-fetch-server'

const servers: Server[] = []

/** Starts a server; its origin. */
export async function serve(handler: (request: Request) => Promise<Response>): Promise<string> {
  const server = createServer(createRequestListener((request) => handler(request)))
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
