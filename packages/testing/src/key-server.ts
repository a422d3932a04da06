/**
 * Answers requests for public keys as AWS does, without a network.
 *
 * @module
 */

import type { AlbKey, CognitoKey } from './keys.js'

/** What is published. */
export interface PublishedKeys {
  readonly albKeys: readonly AlbKey[]
  readonly cognitoKeys: readonly CognitoKey[]
}

/** Where a region's load balancer keys are. */
function albKeysBase(region: string): string {
  return region.startsWith('us-gov-')
    ? `https://s3-${region}.amazonaws.com/aws-elb-public-keys-prod-${region}`
    : `https://public-keys.auth.elb.${region}.amazonaws.com`
}

/** Both forms of a user pool's issuer, on the host of the region that its id begins with. */
export function issuersOf(userPoolId: string): readonly [string, string] {
  const region = userPoolId.slice(0, userPoolId.indexOf('_'))
  const host = `cognito-idp.${region}.amazonaws.com/${userPoolId}`
  return [`https://${host}`, `https://issuer-${host}`]
}

const NOT_FOUND = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code></Error>'

/** The answer to a request for `url`. */
export function answerKeyRequest(
  url: string,
  where: { readonly region: string; readonly issuers: readonly string[] },
  keys: PublishedKeys,
): Response {
  const albKey = keys.albKeys.find((key) => url === `${albKeysBase(where.region)}/${key.kid}`)
  if (albKey !== undefined) return new Response(albKey.pem)
  if (where.issuers.some((issuer) => url === `${issuer}/.well-known/jwks.json`)) {
    return Response.json({ keys: keys.cognitoKeys.map((key) => key.jwk) })
  }
  return new Response(NOT_FOUND, { status: 404, headers: { 'content-type': 'application/xml' } })
}
