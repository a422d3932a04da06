/** Ports of this machine that nothing listens on. */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Not one that the system gives away by itself, as to any outgoing connection, before it is used. */
export async function freePort() {
  for (let tries = 0; ; tries += 1) {
    const port = randomInt(20_000, 30_000)
    const probe = createServer()
    try {
      await once(probe.listen(port, '127.0.0.1'), 'listening')
    } catch (error) {
      if (tries > 50) throw error
      continue
    }
    probe.close()
    await once(probe, 'close')
    return port
  }
}

/** As many, each another one. */
export async function freePorts(count) {
  const ports = new Set()
  while (ports.size < count) ports.add(await freePort())
  return [...ports]
}
