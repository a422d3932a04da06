/**
 * Connections to the app.
 *
 * @module
 */

import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import type { LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { singleUse } from '@cognito-auth/http-kit/agents'

/** How long an unused connection to the app is kept. Servers close theirs after two seconds and more. */
const KEPT_MS = 4000

/** `localhost` is both of these: without asking the resolver each time, and on machines whose resolver knows one only. */
const LOCALHOST: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

const lookupLocalhost: LookupFunction = (_, { all }, done) =>
  all === true ? done(null, LOCALHOST) : done(null, '127.0.0.1', 4)

/** Where an app is. */
export interface UpstreamTarget {
  readonly protocol: string
  /** A name, or an address without the brackets of a URL. */
  readonly hostname: string
  /** Empty for the protocol's own. */
  readonly port: string
}

/** Where the app of a URL is. */
export function upstreamTarget({ protocol, hostname, port }: URL): UpstreamTarget {
  return { protocol, hostname: hostname.replaceAll(/[[\]]/g, ''), port }
}

/** Where connections to one app come from. */
export interface UpstreamAgents {
  /** They are used again. */
  readonly kept: Agent
  /** They are used once. */
  readonly single: Agent
}

/** Makes the agents for an app. */
export function upstreamAgents({ protocol, hostname }: UpstreamTarget): UpstreamAgents {
  const lookup = hostname === 'localhost' ? { lookup: lookupLocalhost } : {}
  // Node would verify the certificate of whatever `Host` the client sends. An address is no server name (RFC 6066, section 3).
  const tls = { ...lookup, servername: isIP(hostname) === 0 ? hostname : '' }
  const create = (timeout: { timeout?: number }): Agent =>
    protocol === 'https:'
      ? new TlsAgent({ keepAlive: true, ...timeout, ...tls })
      : new Agent({ keepAlive: true, ...timeout, ...lookup })
  return { kept: create({ timeout: KEPT_MS }), single: singleUse(create({})) }
}
