/**
 * The kinds of execution context, by Nest's name for them.
 *
 * @module
 */

import type { ExecutionContext } from '@nestjs/common'
import { graphql } from './graphql.js'
import { http } from './http.js'
import { other } from './other.js'
import type { Transport } from './transport.js'
import { ws } from './ws.js'

const TRANSPORTS: ReadonlyMap<string, Transport> = new Map(Object.entries({ http, graphql, ws }))

/** How a context is dealt with; what is not known is refused. */
export function transportOf(context: ExecutionContext): Transport {
  return TRANSPORTS.get(context.getType<string>()) ?? other
}
