/**
 * The attacks and outages that an app is tried with: what is sent, and what a sound app does.
 *
 * @module
 */

import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import {
  createAlbKey,
  createCognitoKey,
  encodePart,
  type JsonObject,
  signAccessToken,
  signAlbToken,
} from '@cognito-auth/testing'
import { FAULTS, type FaultName } from '../options/faults.js'
import { readable } from '../tokens/decode.js'
import type { OidcHeaders } from '../tokens/token-issuer.js'

/** A name that no app has: an answer that contains it shows that the app believed a token or header that it must not. */
export const MARKER = 'local-alb-forged'

/** Headers of a correct request, and a maker of those with a fault. */
export interface Material {
  readonly good: OidcHeaders
  withFault(fault: FaultName): OidcHeaders
}

/** What a case is about: apps that do not read the access token, or the plain id, cannot be attacked with it. */
export type Concerns = 'user claims token' | 'access token' | 'identity header'

/** One request, and what is expected of it. */
export interface Attack {
  readonly name: string
  /** What is sent, in a sentence. */
  readonly what: string
  readonly concerns: Concerns
  headers(material: Material): OidcHeaders
}

function parts(headers: OidcHeaders, name: string): { header: JsonObject; claims: JsonObject } {
  const token = readable([headers[name] ?? ''].flat()[0] ?? '')
  if (typeof token === 'string') return { header: {}, claims: {} }
  return { header: token.header as JsonObject, claims: token.claims as JsonObject }
}

const DATA = 'x-amzn-oidc-data'
const ACCESS = 'x-amzn-oidc-accesstoken'
const IDENTITY = 'x-amzn-oidc-identity'

function fault(name: FaultName, concerns: Concerns = 'user claims token'): Attack {
  return { name, what: FAULTS[name], concerns, headers: ({ withFault }) => withFault(name) }
}

/** A key of the attacker's own, in the header of the token that it signs (RFC 7515, section 4.1.3). */
function withEmbeddedKey(headers: OidcHeaders): string {
  const { header, claims } = parts(headers, DATA)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const all = { ...header, kid: randomUUID(), jwk: publicKey.export({ format: 'jwk' }) as JsonObject }
  const input = [all, claims].map((part) => encodePart(JSON.stringify(part), 'alb')).join('.')
  return `${input}.${encodePart(sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }), 'alb')}`
}

/** Signed by a key that is not published, under the id of the one that is. */
function withForeignKey(headers: OidcHeaders): string {
  const { header, claims } = parts(headers, DATA)
  return signAlbToken(createAlbKey(), header, { ...claims, email: `${MARKER}@example.com` })
}

/** Groups that the attacker would like, in an access token that the user pool has not signed. */
function forgedAccessToken(headers: OidcHeaders, signature: 'foreign' | 'none' | 'hs256'): string {
  const { header, claims } = parts(headers, ACCESS)
  const forged = { ...claims, 'cognito:groups': [MARKER, 'admins', 'admin'], scope: `openid ${MARKER}/all` }
  if (signature === 'foreign') return signAccessToken(createCognitoKey(), forged, header)
  const alg = signature === 'none' ? 'none' : 'HS256'
  const input = [{ ...header, alg }, forged].map((part) => encodePart(JSON.stringify(part), 'none')).join('.')
  return `${input}.${signature === 'none' ? '' : createHmac('sha256', '').update(input).digest('base64url')}`
}

/** Everything that must be rejected. */
export const ATTACKS: readonly Attack[] = [
  fault('missing_headers'),
  {
    name: 'identity_only',
    what: 'only x-amzn-oidc-identity is sent, which has no signature',
    concerns: 'user claims token',
    headers: () => ({ [IDENTITY]: MARKER }),
  },
  fault('missing_data'),
  fault('wrong_signer'),
  fault('wrong_client'),
  fault('wrong_issuer'),
  fault('expired'),
  fault('bad_signature'),
  {
    name: 'foreign_key',
    what: 'the claims are changed and signed by another key, under the id of the real one',
    concerns: 'user claims token',
    headers: ({ good }) => ({ ...good, [DATA]: withForeignKey(good) }),
  },
  fault('unknown_key'),
  {
    name: 'embedded_key',
    what: 'the user claims token brings the public key that it is signed with ("jwk")',
    concerns: 'user claims token',
    headers: ({ good }) => ({ ...good, [DATA]: withEmbeddedKey(good) }),
  },
  fault('alg_none'),
  fault('alg_hs256'),
  fault('path_kid'),
  fault('duplicate_data'),
  fault('stripped_padding'),
  {
    name: 'swapped_tokens',
    what: 'the access token is sent as user claims token',
    concerns: 'user claims token',
    headers: ({ good }) => ({ ...good, [DATA]: good[ACCESS] ?? '' }),
  },
  {
    name: 'garbage',
    what: 'the tokens are no JWTs',
    concerns: 'user claims token',
    headers: ({ good }) => ({ ...good, [DATA]: 'a.b.c', [ACCESS]: 'x' }),
  },
  fault('wrong_identity', 'identity header'),
  fault('missing_access_token', 'access token'),
  fault('expired_access_token', 'access token'),
  fault('wrong_subject', 'access token'),
  {
    name: 'forged_access_token',
    what: 'the access token names more groups and is signed by another key',
    concerns: 'access token',
    headers: ({ good }) => ({ ...good, [ACCESS]: forgedAccessToken(good, 'foreign') }),
  },
  {
    name: 'access_alg_none',
    what: 'the access token names more groups, says "alg": "none" and has no signature',
    concerns: 'access token',
    headers: ({ good }) => ({ ...good, [ACCESS]: forgedAccessToken(good, 'none') }),
  },
  {
    name: 'access_alg_hs256',
    what: 'the access token names more groups and is signed with HS256 and an empty secret',
    concerns: 'access token',
    headers: ({ good }) => ({ ...good, [ACCESS]: forgedAccessToken(good, 'hs256') }),
  },
]

/** Outages of the key endpoints: a sound app answers 5xx, since its user has done nothing wrong. */
export const OUTAGES = ['keys_down', 'keys_error', 'keys_slow'] as const satisfies readonly FaultName[]

export type Outage = (typeof OUTAGES)[number]
