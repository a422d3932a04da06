import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { freePort } from '../src/ports.js'

const servers: Server[] = []

afterEach(async () => {
  vi.restoreAllMocks()
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function listen(port: number): Promise<void> {
  const server = createServer()
  servers.push(server)
  await once(server.listen(port, '127.0.0.1'), 'listening')
}

test('a free port can be listened on, and no system gives it to an outgoing connection meanwhile', async () => {
  const port = await freePort()
  expect(port).toBeGreaterThanOrEqual(20_000)
  expect(port).toBeLessThan(30_000)
  await listen(port)
})

test('a port that is taken is not a free one', async () => {
  const taken = await freePort()
  await listen(taken)
  const random = vi.spyOn(Math, 'random')
  const digit = (taken - 20_000 + 0.5) / 10_000
  random.mockReturnValueOnce(digit)
  expect(await freePort()).not.toBe(taken)
  expect(random.mock.calls.length).toBeGreaterThan(1)
})
