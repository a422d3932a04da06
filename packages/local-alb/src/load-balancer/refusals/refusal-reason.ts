/**
 * Why an app refused a request, in a sentence: what was checked, what it got, and what it expected.
 *
 * The app says the check (`X-Cognito-Auth-Reason`); what it got is known here, since the tokens were made here. Nothing
 * of a user is in a sentence: it is written to the terminal.
 *
 * @module
 */

import { ALB_ARN, type OidcHeaders } from '../../tokens/token-issuer.js'
import { CLIENT_ID } from '../../tokens/provider.js'
import { readable } from '../../tokens/decode.js'

/** Code, and a reason after a slash: nothing else is written to a terminal or a page. */
const REASON = /^[a-z_]{1,40}(?:\/[a-z_]{1,40})?$/

/** The value of `X-Cognito-Auth-Reason`, where it is one. */
export function parseReason(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' && REASON.test(value) ? value : undefined
}

interface Sent {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

function sentToken(headers: OidcHeaders, name: string): Sent {
  const value = [headers[name] ?? ''].flat()[0] ?? ''
  const token = readable(value)
  if (typeof token === 'string') return { header: {}, claims: {} }
  return { header: { ...(token.header as object) }, claims: { ...(token.claims as object) } }
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
const time = (seconds: unknown): string =>
  typeof seconds === 'number' && Math.abs(seconds) < 1e11
    ? new Date(seconds * 1000).toISOString().replace('.000', '')
    : shown(seconds)

type Sentence = (data: Sent, access: Sent, issuer: string) => string

/** What each code or reason says. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  missing_token: () => 'a token is missing. The app needs x-amzn-oidc-data and x-amzn-oidc-accesstoken',
  expired_token: (data, access) =>
    `"exp" has passed. Got ${time(data.header['exp'])} in x-amzn-oidc-data, ${time(access.claims['exp'])} in x-amzn-oidc-accesstoken; now it is ${time(Math.floor(Date.now() / 1000))}`,
  access_denied: () =>
    'the rules of the app deny this user. Tokens are in order; explain of @cognito-auth/cli says which rule',
  insufficient_scope: (_data, access) => `a scope is missing. Got ${shown(access.claims['scope'])} in the access token`,
  keys_unavailable: () => 'the public keys cannot be fetched',
  config_unavailable: () => 'the authorisation config cannot be loaded',
  configuration: () => 'options or config of the app are wrong; its own log says what to change',
  algorithm: (data) => `"alg" of x-amzn-oidc-data. Got ${shown(data.header['alg'])}, expected "ES256"`,
  signer: (data) => `"signer" of x-amzn-oidc-data. Got ${shown(data.header['signer'])}, expected "${ALB_ARN}" (albArn)`,
  client: (data, access) =>
    `the app client. Got ${shown(data.header['client'])} in x-amzn-oidc-data and ${shown(access.claims['client_id'])} in the access token, expected "${CLIENT_ID}" (clientId)`,
  issuer: (data, access, issuer) =>
    `"iss". Got ${shown(data.header['iss'])} in x-amzn-oidc-data and ${shown(access.claims['iss'])} in the access token, expected "${issuer}" (userPoolId)`,
  key_id: (data) => `"kid" of x-amzn-oidc-data. Got ${shown(data.header['kid'])}, expected a UUID`,
  key_not_found: (data) => `"kid". Got ${shown(data.header['kid'])} in x-amzn-oidc-data; no such key is published`,
  signature: (data) => `the signature does not verify with the key ${shown(data.header['kid'])}`,
  subject: () =>
    '"sub" is not the same in x-amzn-oidc-data, x-amzn-oidc-accesstoken and x-amzn-oidc-identity, or is missing',
  token_use: (_data, access) => `"token_use". Got ${shown(access.claims['token_use'])}, expected "access"`,
  not_yet_valid: (_data, access) =>
    `"nbf" or "iat" is in the future. Got "iat" ${time(access.claims['iat'])}; now it is ${time(Math.floor(Date.now() / 1000))}. Is the clock moved?`,
  malformed: () => 'a token is no JWT as a load balancer or Cognito writes it',
  too_large: () => 'a token is over 16 KiB',
  duplicate_header: () => 'a token header came twice, or has a comma in it. Expected one value',
  header: () => 'the JOSE header has a field that is not accepted ("typ", "crit", "b64")',
  claims: () => 'a registered claim is missing or of the wrong type',
  audience: () => '"aud" is not the expected audience',
}

/** The sentence about a refusal. @param reason as {@link parseReason} gives it. @param sent what the app was sent. */
export function explainReason(reason: string, sent: OidcHeaders, issuer: string): string | undefined {
  const [code = '', detail] = reason.split('/')
  const sentence = own(detail ?? '') ?? own(code)
  return sentence?.(sentToken(sent, 'x-amzn-oidc-data'), sentToken(sent, 'x-amzn-oidc-accesstoken'), issuer)
}

function own(name: string): Sentence | undefined {
  return Object.hasOwn(SENTENCES, name) ? SENTENCES[name] : undefined
}
