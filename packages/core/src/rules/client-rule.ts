/**
 * Allows by app client of a bearer token.
 *
 * @module
 */

import { isBearer } from '../user-type.js'
import { checkList, type NoAnswer, type Rule, ruleOf } from './rule.js'

const UNKNOWN: NoAnswer = {
  code: 'token_unknown',
  detail: 'the user is a copy, of which it is not known whether its token was a bearer token: pass the user itself',
}

/**
 * Allows bearer tokens of these app clients: command-line tools and services. The client of an ALB session never counts: it
 * is the same for everyone who signs in to the app. A copy of a user (`{ ...user }`, JSON) does not say which token it had: the
 * rule has no answer then, which denies, inside `not()` too.
 *
 * @throws {ConfigurationError} when `clients` is empty: a rule that can never allow is a mistake.
 */
export function clientRule(clients: readonly string[]): Rule {
  const wanted = new Set(checkList(clients, 'clientRule()'))
  return ruleOf(wanted.size > 5 ? `clients (${wanted.size})` : `clients: ${[...wanted].join(', ')}`, (user) => {
    const hasBearerToken = isBearer(user)
    return hasBearerToken === undefined ? UNKNOWN : hasBearerToken && wanted.has(user.clientId)
  })
}
