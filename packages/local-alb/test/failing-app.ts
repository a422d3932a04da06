/**
 * An app that fails in all the ways an app can.
 *
 * @module
 */

import { createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { freePort } from '@cognito-auth/http-kit/ports'

/**
 * `/slow` never answers, `/cut` hangs up, `/truncated` hangs up in the middle of its answer, `/garbage` is no HTTP,
 * `/status/NNN` is answered with that status, whatever it is,
 * `/body/NNN` too, with a body that HEAD, 204 and 304 must not have,
 * `/events` begins and never ends, `/headers/N` has N bytes of headers, any other path is 200.
 *
 * A WebSocket to `/slow` and `/cut` is the same, to `/taken` it is taken, to `/stray` the answer is a 101 without upgrade, to any other path refused with 403.
 */
export async function startFailingApp() {
  const open = new Set<Duplex>()
  const server = createServer((req, res) => {
    const [, path, size] = (req.url ?? '').split('/')
    if (path === 'slow') return
    if (path === 'cut') return void req.socket.destroy()
    if (path === 'garbage') return void req.socket.end('GARBAGE\r\n\r\n')
    if (path === 'status') {
      return void req.socket.end(`HTTP/1.1 ${size} Odd\r\ncontent-length: 0\r\n\r\n`)
    }
    if (path === 'body') {
      return void req.socket.write(`HTTP/1.1 ${size} Odd\r\ncontent-length: 9\r\n\r\n<p>no</p>`)
    }
    if (path === 'truncated') {
      res.writeHead(200, { 'content-length': 100 }).write('begun', () => req.socket.destroy())
      return
    }
    if (path === 'events') return void res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    for (let index = 0; index < Number(size ?? 0) / 1000; index += 1) res.setHeader(`x-${index}`, 'x'.repeat(990))
    res.end('well')
  })
  // Node no longer knows of these.
  server.on('upgrade', (req, socket) => {
    open.add(socket)
    if (req.url === '/slow') return
    if (req.url === '/cut') return void socket.destroy()
    if (req.url === '/stray') return void socket.end('HTTP/1.1 101 Odd\r\n\r\n')
    if (req.url !== '/taken') return void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
    // A real app ends its half, too.
    socket.on('end', () => socket.end()).resume()
  })
  // Given to nobody else while this app is stopped.
  const port = await freePort()
  async function listen(): Promise<void> {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  }
  await listen()
  return {
    url: `http://127.0.0.1:${port}`,
    /** After `stop()`, on the same port. */
    restart: listen,
    async stop(): Promise<void> {
      for (const socket of open) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
