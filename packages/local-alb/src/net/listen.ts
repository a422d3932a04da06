/**
 * Listening on this machine only, and ending that with nothing left open.
 *
 * @module
 */

import { createServer, type Server as NetServer, type Socket } from 'node:net'
import { portOf } from '@cognito-auth/http-kit/ports'
import { LocalAlbError } from '../options/users.js'
import { holderOf } from './port-holder.js'

/** A server that listens. */
export interface Listening {
  readonly port: number
  /** Closes it with all its connections: upgraded ones are no longer its own. */
  close(): Promise<void>
}

/** How often a free port is looked for that is free on both addresses. */
const MOST_TRIES = 10
/** What a machine without IPv6 answers. */
const NO_IPV6: readonly unknown[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT']

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

async function bind(server: NetServer, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      // Too many open files, for one: that connection fails, and the next may succeed.
      server.on('error', (error) => console.error('local-alb:', error))
      resolve()
    })
  })
}

async function close(server: NetServer): Promise<void> {
  if (server.listening) await new Promise((resolve) => server.close(resolve))
}

/** What a person can do about a port; other errors as they are. */
async function explained(error: unknown, port: number): Promise<unknown> {
  const code = codeOf(error)
  if (code === 'EACCES') return new LocalAlbError(`port ${port} needs more rights: choose another with --port`)
  if (code !== 'EADDRINUSE') return error
  return new PortInUseError(`${await portInUse(port)} Stop that, or choose another with --port`)
}

/** Another process listens on a port. */
export class PortInUseError extends LocalAlbError {}

/** That a port is in use, and by whom. */
export async function portInUse(port: number): Promise<string> {
  const holder = await holderOf(port)
  return `port ${port} is in use${holder === undefined ? '.' : ` by ${holder}.`}`
}

/**
 * Binds both addresses that `localhost` stands for: what listens on the other one would get part of the requests.
 *
 * @returns what listens on `::1` for the server; `undefined` where the machine has no IPv6.
 */
async function bindBoth(server: NetServer, port: number): Promise<NetServer | undefined> {
  await bind(server, port, '127.0.0.1')
  // An HTTP server listens on one address, and takes connections from elsewhere; this is how it opens its own.
  const second = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket))
  try {
    await bind(second, portOf(server), '::1')
    return second
  } catch (error) {
    if (NO_IPV6.includes(codeOf(error))) return undefined
    await close(server)
    throw error
  }
}

/**
 * Listens on the loopback addresses, of IPv4 and IPv6.
 *
 * @param port 0 for a free one.
 * @throws {LocalAlbError} when the port is in use, or not for everybody.
 */
export async function listen(server: NetServer, port: number): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    // A connection comes again when a request on it is read as plain.
    if (sockets.has(socket)) return
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  for (let tries = 1; ; tries += 1) {
    try {
      const second = await bindBoth(server, port)
      return {
        port: portOf(server),
        async close() {
          for (const socket of sockets) socket.destroy()
          await close(server)
          if (second !== undefined) await close(second)
        },
      }
    } catch (error) {
      const isTakenByChance = port === 0 && codeOf(error) === 'EADDRINUSE' && tries < MOST_TRIES
      if (!isTakenByChance) throw await explained(error, port)
    }
  }
}
