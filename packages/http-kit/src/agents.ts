/**
 * Connections of a proxy to an app.
 *
 * @module
 */

import type { Agent } from 'node:http'

/**
 * Lets an agent, made with `keepAlive: true`, use each connection once.
 *
 * An app may close a connection just as it is used again, which would be a 502 now and then. But saying `Connection: close`
 * to an app makes it reset the connection after an early answer to an upload, and the answer may get lost with that.
 */
export function singleUse<A extends Agent>(agent: A): A {
  agent.keepSocketAlive = () => false
  return agent
}
