/**
 * Paths of the gateway itself. Nothing else below them exists.
 *
 * @module
 */

import { accepts } from '@cognito-auth/http-kit/ports'
import type { Answer } from './answers.js'
import { problem } from './answers.js'

/** Where they begin. */
export const OWN_PATH = '/_cognito-auth/'

/** How long an app may take to accept a connection. */
const CONNECT_MS = 1000

const LOOPBACK = ['127.0.0.1', '::1']

/** What is asked of the gateway's state. */
export interface OwnState {
  /** Resolves where the config is loaded. */
  readonly warmUp: () => Promise<void>
  /** Where the app is; `undefined` without one. */
  readonly upstream: URL | undefined
  /** The public key of assertions; `undefined` without any. */
  readonly jwks: string | undefined
}

/** Whether a path is one of the gateway's own, or would be if it existed. */
export function isOwnPath(path: string): boolean {
  return `${path}/`.startsWith(OWN_PATH)
}

async function isReady({ warmUp, upstream }: OwnState): Promise<boolean> {
  try {
    await warmUp()
  } catch {
    // Why, the configuration says itself: at the start, and with each request.
    return false
  }
  if (upstream === undefined) return true
  const port = Number(upstream.port || (upstream.protocol === 'https:' ? 443 : 80))
  // `localhost` is both, whatever the resolver of this machine knows.
  const hosts = upstream.hostname === 'localhost' ? LOOPBACK : [upstream.hostname.replaceAll(/[[\]]/g, '')]
  const answers = await Promise.all(hosts.map(async (host) => await accepts(host, port, CONNECT_MS)))
  return answers.includes(true)
}

function text(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }, body }
}

/** Answers a path of the gateway's own; `undefined` for one that does not exist. */
export async function ownAnswer(path: string, state: OwnState): Promise<Answer | undefined> {
  if (path === `${OWN_PATH}live`) return text(200, 'live\n')
  if (path === `${OWN_PATH}ready`) return (await isReady(state)) ? text(200, 'ready\n') : text(503, 'not ready\n')
  if (path !== `${OWN_PATH}jwks.json` || state.jwks === undefined) return undefined
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
    body: state.jwks,
  }
}

/** The answer to a path below {@link OWN_PATH} that does not exist. */
export const NOT_FOUND: Answer = problem(404, 'not_found')
