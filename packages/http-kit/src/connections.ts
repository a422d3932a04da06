/**
 * The connections of a server, and how many requests each carries: Node counts one that has sent nothing yet as busy,
 * and forgets those that were upgraded.
 *
 * @module
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** Watches over the connections of one server, from before it listens. */
export class Connections {
  /** Requests under way, by connection. */
  readonly #underWay = new Map<Duplex, number>()

  constructor(server: Server) {
    server.on('connection', (socket) => {
      // A connection comes again where a request on it is read a second time.
      if (this.#underWay.has(socket)) return
      this.#underWay.set(socket, 0)
      socket.once('close', () => this.#underWay.delete(socket))
    })
  }

  /** A request has come. */
  began({ socket }: IncomingMessage, res: ServerResponse): void {
    this.#add(socket, 1)
    res.once('close', () => this.#add(socket, -1))
  }

  /** A connection was upgraded: until it closes, it carries that one request. */
  upgraded(socket: Duplex): void {
    this.#add(socket, 1)
  }

  #add(socket: Duplex, change: 1 | -1): void {
    const before = this.#underWay.get(socket)
    if (before !== undefined) this.#underWay.set(socket, before + change)
  }

  /** How many requests a connection carries now. */
  requestsOn(socket: Duplex): number {
    return this.#underWay.get(socket) ?? 0
  }

  /** Whether no connection carries a request. */
  get isIdle(): boolean {
    return [...this.#underWay.values()].every((count) => count === 0)
  }

  /** Ends connections that carry no request. */
  closeIdle(): void {
    for (const [socket, count] of this.#underWay) if (count === 0) socket.destroy()
  }

  /** Ends every connection, whatever it carries. */
  closeAll(): void {
    for (const socket of this.#underWay.keys()) socket.destroy()
  }
}
