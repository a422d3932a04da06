/**
 * Allows by e-mail address or its domain.
 *
 * @module
 */

import { caseless } from '../lib/text/caseless.js'
import { ConfigurationError } from '../errors.js'
import { isEmailVerified, type User } from '../user-type.js'
import { checkList, type NoAnswer, type Rule, ruleOf } from './rule.js'

const MISSING: NoAnswer = {
  code: 'email_missing',
  detail: 'no e-mail in the token (behind a load balancer: is email in the scope of its listener rule?)',
}
const NOT_VERIFIED: NoAnswer = { code: 'email_not_verified', detail: 'the e-mail is not verified' }
const NOT_STATED: NoAnswer = {
  code: 'email_not_verified',
  detail: 'the e-mail is not verified: the token of this identity provider does not say that it is',
}

/**
 * Why the user's e-mail may not count; `undefined` where it does.
 *
 * A Cognito user may be able to write any address into their profile, and it stays unverified until they prove it theirs.
 */
export function emailTrouble(user: User, requireVerifiedEmail: boolean): NoAnswer | undefined {
  if (typeof user.email !== 'string' || user.email === '') return MISSING
  if (!requireVerifiedEmail || isEmailVerified(user)) return undefined
  return user.emailVerified === undefined ? NOT_STATED : NOT_VERIFIED
}

/** One domain: no URL, and no wildcard. */
const DOMAIN = /^(?:[^\s@,.:/*?<>]+\.)*[^\s@,.:/*?<>]+$/

/** One address, whose domain is to be looked at: no wildcard, and no name or others beside it. */
const EMAIL = /^(?![*.?%]+@|mailto:|.*@.*;)[^\s,<>]+@[^\s,<>]+$/

const isAddress = (email: string): boolean => EMAIL.test(email) && DOMAIN.test(email.slice(email.lastIndexOf('@') + 1))

/**
 * Allows these e-mail addresses, in any letter case. Without an e-mail, or with one that its token marks as not verified
 * (unless the authoriser was made with `requireVerifiedEmail: false`), it has no answer, which denies, inside `not()` too.
 *
 * @throws {ConfigurationError} when `emails` is empty, or one is no address: it would match nobody, and `not()` of it deny
 * nobody.
 */
export function emailRule(emails: readonly string[]): Rule {
  const wanted = new Set(checkList(emails, 'emailRule()').map(caseless))
  if ([...wanted].some((email) => !isAddress(email))) {
    throw new ConfigurationError('emailRule() takes e-mail addresses, such as a@example.com, and no wildcards')
  }
  // Decisions are shown and logged: how many addresses, not which.
  return ruleOf(
    `e-mails (${wanted.size})`,
    (user, context) => emailTrouble(user, context.requireVerifiedEmail) ?? wanted.has(caseless(user.email)),
  )
}

/**
 * Allows everybody whose e-mail is of one of these domains, in any letter case; sub-domains are other domains.
 * E-mails that are missing or not verified as in {@link emailRule}.
 *
 * @throws {ConfigurationError} when `domains` is empty, or one is no domain: see {@link emailRule}.
 */
export function domainRule(domains: readonly string[]): Rule {
  const wanted = new Set(checkList(domains, 'domainRule()').map(caseless))
  if ([...wanted].some((domain) => !DOMAIN.test(domain))) {
    throw new ConfigurationError('domainRule() takes domains without the @, such as example.com, and no wildcards')
  }
  return ruleOf(
    wanted.size > 5 ? `domains (${wanted.size})` : `domains: ${[...wanted].join(', ')}`,
    (user, context) =>
      emailTrouble(user, context.requireVerifiedEmail) ??
      // What has no domain is no address that could be told from those of the list.
      (user.emailDomain === '' ? MISSING : wanted.has(user.emailDomain)),
  )
}
