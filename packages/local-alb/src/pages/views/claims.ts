/**
 * What each claim and header field of a token means, in a sentence for people.
 *
 * @module
 */

/** Fields of the JOSE header of `x-amzn-oidc-data`, and claims of both tokens. */
const MEANINGS: Readonly<Record<string, string>> = {
  typ: 'Kind of token.',
  alg: 'Signature algorithm: ES256 for the user claims token, RS256 for the access token, and nothing else.',
  kid: 'Id of the key that signed it.',
  signer:
    'ARN of the load balancer that signed it. Keys are shared by all AWS accounts of a region: only this tells yours from others (ALBeast).',
  client: 'App client of the listener rule.',
  iss: 'Issuer: the user pool, or another identity provider.',
  exp: 'Expiration time. A user claims token is for two minutes, an access token for an hour.',
  iat: 'When it was issued.',
  nbf: 'Not valid before this time.',
  sub: 'Id of the user. The same in both tokens and in x-amzn-oidc-identity.',
  email: 'E-mail address.',
  email_verified: 'Whether the address was verified; Cognito writes it as a string. Rules about e-mail need it.',
  username: 'User name in the pool.',
  name: 'Full name.',
  given_name: 'First name.',
  family_name: 'Family name.',
  'cognito:groups': 'Groups of the user: only the access token has them.',
  client_id: 'App client that it was issued to: the same as "client".',
  token_use: '"access" for an access token, "id" for an ID token.',
  scope: 'What the client may do, separated by spaces.',
  auth_time: 'When the user signed in. It stays when tokens are refreshed.',
  origin_jti: 'Ties all tokens of one sign-in together, for revoking them.',
  event_id: 'Id of the event at Cognito.',
  jti: 'Id of this token.',
  version: 'Version of the access token format.',
  identities: 'Where a federated user comes from, as a string of JSON.',
}

/** The sentence about a claim. */
export function meaningOf(name: string): string {
  if (Object.hasOwn(MEANINGS, name)) return MEANINGS[name] ?? ''
  if (name.startsWith('custom:')) return 'Attribute of your own. Users may be able to write it.'
  return 'Further claim of the identity provider.'
}

/** Claims that are times, in seconds since the epoch. */
export const TIMES: readonly string[] = ['exp', 'iat', 'nbf', 'auth_time']
