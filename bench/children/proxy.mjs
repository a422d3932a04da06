/**
 * One party of the gateway's row, in a process of its own: `app`, `gateway UPSTREAM` or `httpxy UPSTREAM`. Sends its port, and
 * answers "cpu" with its CPU time, and "memory" with the bytes in use after garbage collection, and resident.
 */
import { Agent, createServer } from 'node:http'
import { startGateway } from '@cognito-auth/gateway'
import { createTestAlb } from '@cognito-auth/testing'
import { createProxyServer } from 'httpxy'
import { WebSocketServer } from 'ws'
import { listenOn } from '../apps/listen.mjs'

const [kind, upstream] = process.argv.slice(2)

/** An app that answers at once, reads what it is sent, sends `?send=BYTES`, and accepts WebSockets. */
function app() {
  const chunk = Buffer.alloc(64 * 1024)
  const server = createServer((req, res) => {
    const left = Number(new URL(req.url, 'http://app').searchParams.get('send') ?? 0)
    if (left === 0) return req.resume().once('end', () => res.end('ok'))
    res.setHeader('content-length', left)
    let sent = 0
    const more = () => {
      while (sent < left) {
        sent += chunk.length
        if (!res.write(chunk.subarray(0, Math.min(chunk.length, chunk.length - (sent - left)))))
          return res.once('drain', more)
      }
      res.end()
    }
    more()
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.send('hello'))
  return server
}

/** httpxy as its README has it, with an agent that keeps connections as the gateway's does. */
function bare() {
  const agent = new Agent({ keepAlive: true, timeout: 4000 })
  const proxy = createProxyServer({ target: upstream })
  proxy.on('error', (_, __, end) => end?.destroy())
  const server = createServer({ maxHeaderSize: 65_536 }, (req, res) => void proxy.web(req, res, { agent }))
  server.on('upgrade', (req, socket, head) => void proxy.ws(req, socket, {}, head))
  return server
}

async function start() {
  if (kind === 'app') return { port: await listenOn(app()) }
  if (kind === 'httpxy') return { port: await listenOn(bare()) }
  // Longer than a run takes: what is measured are remembered tokens.
  const alb = await createTestAlb({ tokenLifetimeSeconds: 86_400, accessTokenLifetimeSeconds: 86_400 })
  const gateway = await startGateway({ ...alb.options, authoriser: null, upstream, listen: '127.0.0.1:0' })
  const users = Array.from({ length: 256 }, (_, index) => ({
    email: `user-${index}@example.com`,
    groups: ['developers'],
  }))
  const headers = []
  for (const user of users) headers.push({ ...(await alb.headersFor(user)) })
  return { port: Number(new URL(gateway.url).port), headers }
}

process.on('message', (what) => {
  if (what === 'cpu') return process.send(process.cpuUsage())
  globalThis.gc()
  const { heapUsed, external, rss } = process.memoryUsage()
  process.send({ used: heapUsed + external, rss })
})
process.once('disconnect', () => process.exit(0))
process.send(await start())
