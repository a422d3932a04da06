/**
 * Whether this process serves developers or users.
 *
 * @module
 */

import { environmentVariable } from './process-environment.js'

/** An allow-list: `prod`, `staging`, `live` and every typo of them are production. */
const DEVELOPMENT: ReadonlySet<string> = new Set(['', 'development', 'dev', 'local', 'test'])

/**
 * Whether `NODE_ENV`, trimmed and in lower case, is unset, empty, `development`, `dev`, `local` or `test`. Everything
 * else counts as production. Dev mode, mock users and the local load balancer go by it.
 */
export function isDevelopment(): boolean {
  return DEVELOPMENT.has((environmentVariable('NODE_ENV') ?? '').trim().toLowerCase())
}

/** How the environment says that this is production, for messages: what is refused there names it. */
export function productionMode(): string {
  const value = (environmentVariable('NODE_ENV') ?? '').trim()
  const shown = /^[\w.-]{1,32}$/.test(value) ? value : '...'
  return `NODE_ENV=${shown} (development is development, dev, local, test or none)`
}
