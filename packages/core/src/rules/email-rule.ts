/**
 * Lets in by e-mail address or its domain.
 *
 * @module
 */

import { caseless } from '../lib/caseless.js'
import { ConfigurationError } from '../errors.js'
import { isEmailVerified, type User } from '../user-type.js'
import { checkList, type Rule, STRICT } from './rule.js'

/**
 * Whether the e-mail may count: a Cognito user may be able to write any address into their profile, and it stays
 * unverified until they prove it theirs.
 */
export function isEmailUsable(user: User, requireVerifiedEmail: boolean): boolean {
  return !requireVerifiedEmail || isEmailVerified(user)
}

/**
 * Lets in these e-mail addresses, in any letter case. An address that its token marks as not verified never matches,
 * unless the authoriser was made with `requireVerifiedEmail: false`.
 *
 * @throws {ConfigurationError} when `emails` is empty.
 */
export function emailRule(emails: readonly string[]): Rule {
  const wanted = new Set(checkList(emails, 'emailRule()').map(caseless))
  return {
    // Decisions are shown and logged: how many addresses, not which.
    name: `e-mails (${wanted.size})`,
    isAllowed: (user, context = STRICT) =>
      isEmailUsable(user, context.requireVerifiedEmail) && wanted.has(caseless(user.email)),
  }
}

/**
 * Lets in everybody whose e-mail is of one of these domains, in any letter case; sub-domains are other domains.
 * Unverified addresses as in {@link emailRule}.
 *
 * @throws {ConfigurationError} when `domains` is empty, or one has an `@`.
 */
export function domainRule(domains: readonly string[]): Rule {
  const wanted = new Set(checkList(domains, 'domainRule()').map(caseless))
  if ([...wanted].some((domain) => domain.includes('@'))) {
    throw new ConfigurationError('domainRule() takes domains without the @, such as example.com')
  }
  return {
    name: wanted.size > 5 ? `domains (${wanted.size})` : `domains: ${[...wanted].join(', ')}`,
    isAllowed: (user, context = STRICT) =>
      isEmailUsable(user, context.requireVerifiedEmail) && wanted.has(user.emailDomain),
  }
}
