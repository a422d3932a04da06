/**
 * Messages of WebSocket gateways: their headers are those of the handshake.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { ExecutionContext } from '@nestjs/common'
import { endAtExpiry, endConnection } from './end-at-expiry.js'
import { wsExceptionOf } from './exceptions.js'
import type { Carrier } from './request-of.js'
import type { Transport } from './transport.js'

/** The requests that sockets were opened with, of those whose handshake we saw. */
const upgrades = new WeakMap<object, Carrier>()

/** Stand for the requests of sockets whose handshake we did not see. */
const unseen = new WeakSet<Carrier>()

/** Remembers the request that a socket was opened with. */
export function rememberUpgrade(socket: object, request: Carrier): void {
  upgrades.set(socket, request)
}

/**
 * Headers arrive with the handshake only. Sockets of `ws` do not know their request. Those of Socket.IO do, but one
 * whose handshake we did not see has no user all the same: it would hear all broadcasts without sending a message.
 */
export function requestOfSocket(socket: object): Carrier {
  const known = upgrades.get(socket)
  if (known !== undefined) return known
  const unknown = {
    // Thrown when asked: where the guard is replaced in a test, it is not.
    get headers(): never {
      throw new ConfigurationError(
        'CognitoAuthGuard did not see the handshake of this socket: put @UseGuards(CognitoAuthGuard) on the gateway, the class and not a guard made by hand, or import CognitoAuthModule',
      )
    },
  }
  unseen.add(unknown)
  upgrades.set(socket, unknown)
  return unknown
}

function socketOf(context: ExecutionContext): object {
  return context.switchToWs().getClient<object>()
}

export const ws: Transport = {
  requestOf: (context) => requestOfSocket(socketOf(context)),

  async refusalOf(error, context) {
    const socket = socketOf(context)
    // A connection whose handshake was not verified hears all broadcasts: it ends here.
    if (error instanceof ConfigurationError && unseen.has(requestOfSocket(socket))) endConnection(socket)
    return await wsExceptionOf(error)
  },

  onAllowed: (context, _, user) => endAtExpiry(socketOf(context), user),

  outlivesTokens: () => true,
}
