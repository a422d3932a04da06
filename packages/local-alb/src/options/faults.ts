/**
 * What the local load balancer can do wrong on demand, so that a team sees how its app answers.
 *
 * @module
 */

import { nearest } from './nearest.js'
import { LocalAlbError } from './users.js'

/** A fault, and what it does. */
export const FAULTS = {
  expired: 'the user claims token expired an hour ago',
  expired_access_token: 'the access token expired an hour ago',
  missing_headers: 'none of the x-amzn-oidc headers is sent',
  missing_data: 'x-amzn-oidc-data is not sent',
  missing_access_token: 'x-amzn-oidc-accesstoken is not sent',
  duplicate_data: 'x-amzn-oidc-data is sent twice',
  unverified_email: 'the token says that the e-mail address is not verified',
  wrong_signer: 'the user claims token is really signed, for another load balancer (ALBeast)',
  wrong_issuer: 'both tokens name another issuer',
  wrong_client: 'both tokens are for another app client',
  wrong_subject: 'the access token is of another user',
  wrong_identity: 'x-amzn-oidc-identity names another user',
  bad_signature: 'a byte of the signature of the user claims token is changed',
  unknown_key: 'the user claims token names a key that was never published',
  alg_none: 'the user claims token says "alg": "none" and has no signature',
  alg_hs256: 'the user claims token is signed with HS256, and the public key as secret',
  path_kid: 'the key id of the user claims token is a path that leads to the real key',
  stripped_padding: 'the padding of the user claims token was taken off after it was signed',
  unpadded: 'the user claims token is signed without padding, as RFC 7515 has it',
  standard_base64: 'the user claims token is in standard base64, as in 2018',
  key_rotation: 'each user claims token is signed with a new key',
  keys_down: 'the key endpoints close the connection',
  keys_error: 'the key endpoints answer 500',
  keys_slow: 'the key endpoints take 5 seconds',
  oversized: 'the claims are larger than 11 K: the load balancer itself answers 500',
  refresh_failure: 'the access tokens of sessions so far are over and not refreshed: people must sign in again',
  idp_error: 'signing in ends with an error of the identity provider: 561',
  idp_denied: 'signing in is denied by the identity provider: 401',
  idp_down: 'the token endpoint of the identity provider is unavailable: 500',
} as const

/** The name of a fault. */
export type FaultName = keyof typeof FAULTS

/** Faults as the status page shows them. */
export const FAULT_GROUPS: Readonly<Record<string, readonly FaultName[]>> = {
  'Out of date or missing': [
    'expired',
    'expired_access_token',
    'missing_headers',
    'missing_data',
    'missing_access_token',
    'unverified_email',
  ],
  "Somebody else's": ['wrong_signer', 'wrong_issuer', 'wrong_client', 'wrong_subject', 'wrong_identity'],
  Attacks: ['bad_signature', 'unknown_key', 'alg_none', 'alg_hs256', 'path_kid', 'duplicate_data'],
  Encoding: ['stripped_padding', 'unpadded', 'standard_base64'],
  Keys: ['key_rotation', 'keys_down', 'keys_error', 'keys_slow'],
  'Load balancer and sign-in': ['oversized', 'refresh_failure', 'idp_error', 'idp_denied', 'idp_down'],
}

/** A name as it was given, without what could move the cursor of a terminal. */
const shown = (name: string): string => JSON.stringify(name).slice(1, -1)

/**
 * Checks the name of a fault.
 *
 * @throws {LocalAlbError} naming those there are.
 */
export function parseFault(name: string): FaultName {
  if (Object.hasOwn(FAULTS, name)) return name as FaultName
  const names = Object.keys(FAULTS)
  throw new LocalAlbError(
    `Unknown fault '${shown(name)}'. Did you mean '${nearest(name, names)}'? There are ${names.join(', ')}`,
  )
}
