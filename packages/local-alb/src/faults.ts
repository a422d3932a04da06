/**
 * What the local load balancer can do wrong on demand, so that a team sees how its app answers.
 *
 * @module
 */

import { LocalAlbError } from './users.js'

/** A fault, and what it does. */
export const FAULTS = {
  expired: 'the user claims token expired an hour ago',
  wrong_signer: 'the user claims token is signed for another load balancer (ALBeast)',
  bad_signature: 'a byte of the signature of the user claims token is changed',
  wrong_client: 'both tokens are for another app client',
  wrong_subject: 'the access token is of another user',
  missing_data: 'x-amzn-oidc-data is not sent',
  missing_access_token: 'x-amzn-oidc-accesstoken is not sent',
  unverified_email: 'email_verified is "false"',
  oversized: 'the claims are larger than 11 K: the load balancer itself answers 500',
  keys_down: 'the key endpoints close the connection',
  keys_error: 'the key endpoints answer 500',
  keys_slow: 'the key endpoints take 5 seconds',
} as const

/** The name of a fault. */
export type FaultName = keyof typeof FAULTS

/**
 * Checks the name of a fault.
 *
 * @throws {LocalAlbError} naming those there are.
 */
export function parseFault(name: string): FaultName {
  if (Object.hasOwn(FAULTS, name)) return name as FaultName
  throw new LocalAlbError(`there is no fault ${JSON.stringify(name)}; there are ${Object.keys(FAULTS).join(', ')}`)
}
