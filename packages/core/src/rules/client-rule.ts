/**
 * Allows by app client of a bearer token.
 *
 * @module
 */

import { isBearer } from '../user-type.js'
import { checkList, type Rule } from './rule.js'

/**
 * Allows bearer tokens of these app clients: command-line tools and services. The client of an ALB session never counts: it
 * is the same for everyone who signs in to the app.
 *
 * @throws {ConfigurationError} when `clients` is empty: a rule that can never allow is a mistake.
 */
export function clientRule(clients: readonly string[]): Rule {
  const wanted = new Set(checkList(clients, 'clientRule()'))
  return {
    name: wanted.size > 5 ? `clients (${wanted.size})` : `clients: ${[...wanted].join(', ')}`,
    isAllowed: (user) => isBearer(user) && wanted.has(user.clientId),
  }
}
