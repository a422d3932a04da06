/**
 * Messages of microservices and queues, and whatever else has handlers: they do not come through the load balancer, so
 * there are no tokens that a guard could verify.
 *
 * @module
 */

import { ConfigurationError } from '@cognito-auth/core'
import type { Transport } from './transport.js'

export const other: Transport = {
  requestOf(context) {
    const handler = `${context.getClass().name}.${context.getHandler().name}`
    throw new ConfigurationError(
      `CognitoAuthGuard protects HTTP, GraphQL and WebSocket handlers: a message of type "${context.getType<string>()}" does not come through the load balancer. Put @Public() on ${handler}, and protect the queue or the port itself`,
    )
  },

  refusalOf: (error) => new Error((error as Error).message, { cause: error }),

  onAllowed: () => undefined,

  outlivesTokens: () => false,
}
