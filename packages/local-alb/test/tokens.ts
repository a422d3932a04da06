/**
 * Reads tokens with `node:crypto` alone and the published keys, as an app in any language would.
 *
 * @module
 */

import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'

type Claims = Record<string, unknown>

export interface VerifiedToken {
  readonly header: Claims
  readonly claims: Claims
  readonly isVerified: boolean
}

const read = (part: string): Claims => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims

function split(token: unknown) {
  const [header = '', claims = '', signature = ''] = String(token).split('.')
  return { header, claims, signed: Buffer.from(`${header}.${claims}`), signature: Buffer.from(signature, 'base64url') }
}

/** Checks `x-amzn-oidc-data`: ES256, over the bytes as received, with the key published under its `kid`. */
export async function readAlbToken(token: unknown, baseUrl: string): Promise<VerifiedToken> {
  const { header, claims, signed, signature } = split(token)
  const pem = await (await fetch(`${baseUrl}/_local-alb/keys/${String(read(header)['kid'])}`)).text()
  const key = { key: createPublicKey(pem), dsaEncoding: 'ieee-p1363' as const }
  return { header: read(header), claims: read(claims), isVerified: verify('sha256', signed, key, signature) }
}

/** Checks `x-amzn-oidc-accesstoken`: RS256, with the JWKS of the pool. */
export async function readAccessToken(token: unknown, baseUrl: string, poolId: string): Promise<VerifiedToken> {
  const { header, claims, signed, signature } = split(token)
  const response = await fetch(`${baseUrl}/_local-alb/${poolId}/.well-known/jwks.json`)
  const { keys } = (await response.json()) as { keys: (JsonWebKey & { kid: string })[] }
  const jwk = keys.find(({ kid }) => kid === read(header)['kid'])
  if (jwk === undefined) throw new Error('the key of the access token is not published')
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  return { header: read(header), claims: read(claims), isVerified: verify('sha256', signed, key, signature) }
}
