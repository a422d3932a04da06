/**
 * Signs tokens the way an Application Load Balancer and Cognito do.
 *
 * @module
 */

import { sign } from 'node:crypto'
import type { AlbKey, CognitoKey } from './keys.js'

/** A JSON object; members that are `undefined` are left out. */
export type JsonObject = { readonly [name: string]: unknown }

/**
 * base64url; the load balancer pads each part with `=`, against RFC 7515 section 2, and signs the padding too.
 *
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding User claims encoding}
 */
export function encodePart(bytes: Buffer | string, padding: 'alb' | 'none'): string {
  const part = Buffer.from(bytes).toString('base64url')
  return padding === 'alb' ? part.padEnd(Math.ceil(part.length / 4) * 4, '=') : part
}

/**
 * Signs a user claims token (`x-amzn-oidc-data`): ES256, 64 bytes r and s side by side.
 *
 * @param options `padding`: `'alb'` as the load balancer writes it. @default 'alb'
 */
export function signAlbToken(
  key: Pick<AlbKey, 'privateKey'>,
  header: JsonObject,
  claims: JsonObject,
  { padding = 'alb' }: { readonly padding?: 'alb' | 'none' } = {},
): string {
  const input = `${encodePart(JSON.stringify(header), padding)}.${encodePart(JSON.stringify(claims), padding)}`
  const signature = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${encodePart(signature, padding)}`
}

/** Signs an access token (`x-amzn-oidc-accesstoken`): RS256, no padding, no "typ". */
export function signAccessToken(
  key: Pick<CognitoKey, 'privateKey' | 'kid'>,
  claims: JsonObject,
  header: JsonObject = {},
): string {
  const parts = [{ kid: key.kid, alg: 'RS256', ...header }, claims]
  const input = parts.map((part) => encodePart(JSON.stringify(part), 'none')).join('.')
  return `${input}.${encodePart(sign('sha256', Buffer.from(input), key.privateKey), 'none')}`
}
