/** A load balancer with a function as target, as far as events and answers go; the real one has health checks, too. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AlbEvent, AlbResult } from '../src/index.js'

type Handler = (event: AlbEvent, context: unknown) => Promise<AlbResult>

/** The mode of a target group. */
export type Mode = 'single' | 'multi'

/** The event of a request. In single-header mode the last of several values wins. */
export function eventOf(req: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>, mode: Mode): AlbEvent {
  const [path = '/', query = ''] = (req.url ?? '/').split(/\?(.*)/s)
  const multi: Record<string, string[]> = {}
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2) {
    const name = (req.rawHeaders[at] ?? '').toLowerCase()
    multi[name] = [...(multi[name] ?? []), req.rawHeaders[at + 1] ?? '']
  }
  const single = Object.fromEntries(Object.entries(multi).map(([name, values]) => [name, values.at(-1) ?? '']))
  const pairs = query.split('&').filter(Boolean)
  const queries = Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s) as [string, string]))
  const multiQueries = Object.fromEntries(Object.entries(queries).map(([name, value]) => [name, [value]]))
  return {
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-2:000000000000:targetgroup/x/1' } },
    httpMethod: req.method ?? 'GET',
    path,
    body: '',
    isBase64Encoded: false,
    ...(mode === 'multi'
      ? { multiValueHeaders: multi, multiValueQueryStringParameters: multiQueries }
      : { headers: single, queryStringParameters: queries }),
  }
}

const servers: Server[] = []

/** Starts it; its origin. An answer in the other form than that of the mode loses its headers, as on AWS. */
export async function serve(handler: Handler, mode: Mode): Promise<string> {
  const server = createServer((req, res) => {
    handler(eventOf(req, mode), { awsRequestId: 'x' }).then(
      ({ statusCode, headers = {}, multiValueHeaders = {}, body }) => {
        for (const [name, values] of Object.entries(mode === 'multi' ? multiValueHeaders : headers)) {
          for (const value of [values].flat()) res.appendHeader(name, String(value))
        }
        res.writeHead(statusCode).end(body)
      },
      () => res.writeHead(502).end(),
    )
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
