import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { freePort } from '@cognito-auth/http-kit/ports'
import { listen } from '../src/net/listen.js'

const others: Server[] = []
const started: LocalAlb[] = []

afterEach(async () => {
  for (const other of others.splice(0)) await new Promise((resolve) => other.close(resolve))
  for (const alb of started.splice(0)) await alb.stop()
})

/** Somebody else's server on one address; the port is free on others, and stays so. @returns its port. */
async function occupy(host: string): Promise<number> {
  const other = createServer()
  others.push(other)
  const port = await freePort()
  await once(other.listen(port, host), 'listening')
  return port
}

async function start(port: number): Promise<LocalAlb> {
  const alb = await startLocalAlb({ target: 'http://127.0.0.1:9', port })
  started.push(alb)
  return alb
}

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1')

test('a port in use on 127.0.0.1 is said', async () => {
  const port = await occupy('127.0.0.1')
  await expect(start(port)).rejects.toThrow(`port ${port} is in use`)
})

test.each(['localhost', '[::1]', '0.0.0.0'])(
  'the load balancer at %s is no target of its own, nor of a rule of its own',
  async (host) => {
    const port = await freePort()
    const self = `http://${host}:${port}/a`
    await expect(startLocalAlb({ target: self, port })).rejects.toThrow(`target ${self} is the load balancer itself`)
    const rules = [{ path: '/x', action: 'none', target: self }] as const
    await expect(startLocalAlb({ target: 'http://127.0.0.1:9', rules, port })).rejects.toThrow('load balancer itself')
    // Nothing was left listening.
    await start(port)
  },
)

describe('on a machine with IPv6', () => {
  beforeEach(({ skip }) => skip(!hasIpv6, 'this machine has no ::1'))

  test('both addresses of localhost are answered', async () => {
    const { port } = new URL((await start(0)).url)
    for (const host of ['127.0.0.1', '[::1]', 'localhost'])
      expect((await fetch(`http://${host}:${port}/_local-alb`)).status).toBe(200)
  })

  test('a port in use on ::1 alone is said, and 127.0.0.1 is left free', async () => {
    const port = await occupy('::1')
    await expect(start(port)).rejects.toThrow(`port ${port} is in use`)
    const second = createServer()
    others.push(second)
    await new Promise<void>((resolve, reject) => second.once('error', reject).listen(port, '127.0.0.1', resolve))
  })

  test('a free port is one that is free on both', async () => {
    const taken = await occupy('::1')
    const server = createHttpServer()
    const original = server.listen.bind(server)
    // By chance, the system first gives a port that is taken on the other address.
    vi.spyOn(server, 'listen').mockImplementationOnce(((_port: number, host: string, done: () => void) =>
      original(taken, host, done)) as typeof server.listen)
    const { port, close } = await listen(server, 0)
    expect(port).not.toBe(taken)
    await close()
  })
})
