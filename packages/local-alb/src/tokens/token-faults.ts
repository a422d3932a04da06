/**
 * User claims tokens that a verifier must refuse, or must not stumble over: each is one published attack or mistake.
 *
 * @module
 */

import { createHmac, randomUUID, sign } from 'node:crypto'
import { type AlbKey, encodePart, type JsonObject, signAlbToken } from '@cognito-auth/testing'
import type { FaultName } from '../options/faults.js'

/** Header fields that a fault changes before the token is signed. */
function changedHeader(key: AlbKey, fault: FaultName | undefined): JsonObject {
  if (fault === 'unknown_key') return { kid: randomUUID() }
  // An app that puts the key id into a URL unchecked finds the real key there, and believes the token.
  if (fault === 'path_kid') return { kid: `../keys/${key.kid}` }
  if (fault === 'alg_none') return { alg: 'none' }
  if (fault === 'alg_hs256') return { alg: 'HS256' }
  return {}
}

function withBadSignature(token: string): string {
  const at = token.lastIndexOf('.') + 40
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

/** Really signed, over standard base64: with `+` or `/` in it, which a base64url reader does not know. */
function inStandardBase64(key: AlbKey, header: JsonObject, claims: JsonObject): string {
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64')).join('.')
  for (;;) {
    // A signature of ES256 is another one each time.
    const signature = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
    if (/[+/]/.test(signature.toString('base64'))) return `${input}.${signature.toString('base64')}`
  }
}

/** A token whose first two parts end with padding, taken off: the signature was over the padded text. */
function withStrippedPadding(key: AlbKey, header: JsonObject, claims: JsonObject): string {
  const token = signAlbToken(key, header, claims)
  // Where neither needs any, a stripped token is a good one.
  const needsPadding = /=\./.test(token)
  return (needsPadding ? token : signAlbToken(key, header, { ...claims, 'custom:padding': 'xx' })).replaceAll('=', '')
}

/** Signs a user claims token as the load balancer does, but for what the fault spoils. */
export function signWithFault(
  key: AlbKey,
  header: JsonObject,
  claims: JsonObject,
  fault: FaultName | undefined,
): string {
  const changed = { ...header, ...changedHeader(key, fault) }
  switch (fault) {
    case 'bad_signature':
      return withBadSignature(signAlbToken(key, changed, claims))
    case 'unpadded':
      return signAlbToken(key, changed, claims, { padding: 'none' })
    case 'stripped_padding':
      return withStrippedPadding(key, changed, claims)
    case 'standard_base64':
      return inStandardBase64(key, changed, claims)
    case 'alg_none':
      return `${signAlbToken(key, changed, claims).replace(/\.[^.]*$/, '')}.`
    case 'alg_hs256': {
      const input = signAlbToken(key, changed, claims).replace(/\.[^.]*$/, '')
      return `${input}.${encodePart(createHmac('sha256', key.pem).update(input).digest(), 'alb')}`
    }
    default:
      return signAlbToken(key, changed, claims)
  }
}
