import type { Claims, User } from '../src/user-type.js'
import { userFromTokens, type UserOptions } from '../src/user.js'
import { accessFacts } from '../src/verifier/checks/access-token.js'
import { albFacts } from '../src/verifier/checks/alb-token.js'

/** The user of these claims, as if they had been verified. */
export function userOf(claims: Claims, access: Claims | null, options: UserOptions): User {
  const facts = { alb: albFacts({}, claims), access: access === null ? null : accessFacts(access) }
  return userFromTokens({ alb: { header: {}, claims }, access }, facts, options)
}
