/**
 * Ports of this machine: which is free, and whether something answers at one.
 *
 * @module
 */

import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'

/** The port that a server listens on. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}

/**
 * Where `freePort` looks: below the ports that systems give away by themselves (from 32768 on Linux, 49152 elsewhere; IANA's
 * "dynamic" ports), and below those of Kubernetes' services. A port of that range could be taken by any outgoing connection
 * before the one it was chosen for listens on it.
 */
const CHOSEN = { from: 20_000, count: 10_000 }
const TRIES = 50

/**
 * A port of 127.0.0.1 that is free now, and that the system gives to nobody who does not ask for it.
 *
 * @throws {Error} what `listen` of Node throws, where no port could be listened on.
 */
export async function freePort(): Promise<number> {
  let cause: unknown
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = CHOSEN.from + Math.floor(Math.random() * CHOSEN.count)
    const probe = createServer()
    try {
      await once(probe.listen(port, '127.0.0.1'), 'listening')
    } catch (error) {
      cause = error
      continue
    }
    probe.close()
    await once(probe, 'close')
    return port
  }
  throw cause
}

/** Whether connections are accepted there, within `timeoutMs`. */
export async function accepts(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port })
    const done = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(timeoutMs, () => done(false))
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
  })
}
