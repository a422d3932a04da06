/**
 * What can be wrong with the headers of a request.
 *
 * @module
 */

/**
 * A fault, and what it spoils:
 *
 * - `expired`: the load balancer's token expired an hour ago;
 * - `not_yet_valid`: the access token's "nbf" and "iat" are an hour ahead;
 * - `bad_signature`: a byte of the load balancer's signature is changed;
 * - `wrong_signer`: really signed by AWS's key, for a load balancer of another account (ALBeast);
 * - `wrong_client`: both tokens are for another app client;
 * - `wrong_issuer`: both tokens are of another user pool;
 * - `wrong_subject`: the access token is another user's;
 * - `unknown_key`: the load balancer's token names a key that was never published;
 * - `missing_access_token`, `missing_data`: that header is not there.
 */
export type Fault = (typeof FAULTS)[number]

/** All faults. */
export const FAULTS = [
  'expired',
  'not_yet_valid',
  'bad_signature',
  'wrong_signer',
  'wrong_client',
  'wrong_issuer',
  'wrong_subject',
  'unknown_key',
  'missing_access_token',
  'missing_data',
] as const
