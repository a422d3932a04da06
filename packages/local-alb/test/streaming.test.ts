import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { portOf } from '@cognito-auth/http-kit/ports'

let app: Server
let alb: LocalAlb

beforeAll(async () => {
  // `/early` answers at once; any other path says how much it gets of a body, as it comes.
  app = createServer((req, res) => {
    if (req.url === '/early') return void res.writeHead(413).end('too large')
    res.flushHeaders()
    req.on('data', (chunk: Buffer) => res.write(`${chunk.length} `)).on('end', () => res.end('end'))
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  const rules = [{ path: '/*', action: 'none' }] as const
  alb = await startLocalAlb({ target: `http://127.0.0.1:${portOf(app)}`, port: 0, rules })
})

afterAll(async () => {
  await alb.stop()
  app.closeAllConnections()
  app.close()
})

test('parts of a body reach the app, and parts of an answer the client, before the next is sent', async () => {
  const req = request(`${alb.url}/up`, { method: 'POST' })
  const parts: number[] = []
  req.write('a')
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  // Each part is sent only once the answer to the one before is here.
  for (const size of [1, 22, 333]) {
    if (size > 1) req.write('x'.repeat(size))
    const [chunk] = (await once(res, 'data')) as [Buffer]
    parts.push(Number(chunk.toString()))
  }
  req.end()
  expect(parts).toEqual([1, 22, 333])
  expect(await text(res)).toBe('end')
})

test('an app may answer before it has the whole body', async () => {
  const response = await fetch(`${alb.url}/early`, { method: 'POST', body: 'x'.repeat(8 * 1024 * 1024) })
  expect([response.status, await response.text()]).toEqual([413, 'too large'])
})

test.each(['in chunks', 'with its length'])(
  '20 of 20 uploads %s that an app refuses early are answered so',
  async (how) => {
    const part = Buffer.alloc(64 * 1024)
    const statuses: unknown[] = []
    for (let count = 0; count < 20; count += 1) {
      const headers = how === 'in chunks' ? {} : { 'content-length': String(32 * part.length) }
      const req = request(`${alb.url}/early`, { method: 'POST', headers, agent: false })
      const answer = new Promise((resolve) => {
        req.once('response', (res) => resolve(res.resume().statusCode)).once('error', resolve)
      })
      for (let sent = 0; sent < 32; sent += 1) if (!req.write(part)) await Promise.race([once(req, 'drain'), answer])
      req.end()
      statuses.push(await answer)
    }
    expect(statuses).toEqual(Array.from({ length: 20 }, () => 413))
  },
)
