/**
 * Who is compared: from the two tokens of a request as text to what they say, verified. This project does more, as an app asks
 * it to: from headers to a user whom the rules allow; "verify alone" is what the others do. Keys are at hand in all of them:
 * nobody's network is measured.
 */
import { createPublicKey, verify } from 'node:crypto'
import { Authoriser, CognitoAuth, TokenVerifier } from '@cognito-auth/core'
import { AlbJwtVerifier, CognitoJwtVerifier } from 'aws-jwt-verify'
import { createVerifier } from 'fast-jwt'
import { createLocalJWKSet, decodeJwt, importSPKI, jwtVerify } from 'jose'

/** The load balancer's public key as a JWK. */
function albJwk(alb) {
  const jwk = createPublicKey(alb.albKey.pem).export({ format: 'jwk' })
  return { ...jwk, kid: alb.albKey.kid, alg: 'ES256', use: 'sig' }
}

/** Rules that the users of `tokens.mjs` pass. */
const allowedGroups = ['another-group', 'group-0']

/** Work that has its keys and has seen no tokens but those given. */
async function primed(work, seen) {
  for (const one of seen) await work(one)
  return work
}

/**
 * This project. Each member makes one that has seen no tokens but the pairs given, and gives its work: `user` is `requireUser`
 * with `allowedGroups`, what an app calls; `verify` is the verifier alone.
 */
export function createOurs(alb) {
  const expected = { issuer: alb.issuer, clientId: alb.options.clientId }
  return {
    async user(seen) {
      const auth = new CognitoAuth({ ...alb.options, authoriser: Authoriser.fromLists({ allowedGroups }) })
      return await primed(({ headers }) => auth.requireUser(headers), seen)
    },
    async verify(seen) {
      const verifier = new TokenVerifier(alb.options)
      return await primed((pair) => verifier.verify(pair), seen)
    },
    async access(seen) {
      const verifier = new TokenVerifier(alb.options)
      await primed((pair) => verifier.verify(pair), seen)
      return ({ accessToken, sub }) => verifier.verifyAccessToken(accessToken, { ...expected, sub })
    },
  }
}

/** This project, for bearer tokens, as {@link createOurs}. */
export function createOursBearer(alb) {
  const options = { ...alb.options, bearer: { clientId: alb.options.clientId } }
  return {
    async user(seen) {
      const auth = new CognitoAuth({ ...options, authoriser: Authoriser.fromLists({ allowedGroups }) })
      const headersOf = (authorization) => ({ host: 'app.example.com', 'user-agent': 'job', authorization })
      return await primed(({ authorization }) => auth.requireUser(headersOf(authorization)), seen)
    },
    async verify(seen) {
      const verifier = new TokenVerifier(options)
      return await primed(({ accessToken }) => verifier.verifyBearerToken(accessToken), seen)
    },
  }
}

/** Adds the header of a program. */
export function withAuthorization(pairs) {
  return pairs.map((pair) => ({ ...pair, authorization: `Bearer ${pair.accessToken}` }))
}

/** Adds whose tokens they are: what {@link createOurs} compares a lone access token with. */
export function withSub(pairs) {
  return pairs.map((pair) => ({ ...pair, sub: decodeJwt(pair.accessToken).sub }))
}

/** aws-jwt-verify, set up as its README says for tokens of a load balancer. */
export function createAwsJwtVerify(alb) {
  const { albArn, clientId, userPoolId } = alb.options
  const albVerifier = AlbJwtVerifier.create({ albArn, clientId, issuer: alb.issuer })
  const accessVerifier = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: 'access' })
  albVerifier.cacheJwks({ keys: [albJwk(alb)] })
  accessVerifier.cacheJwks({ keys: [alb.cognitoKey.jwk] })
  return {
    pair: async ({ oidcData, accessToken }) => ({
      claims: await albVerifier.verify(oidcData),
      access: await accessVerifier.verify(accessToken),
    }),
    access: ({ accessToken }) => accessVerifier.verify(accessToken),
  }
}

/** jose, with the checks of its options; `signer` and `client` are compared by hand. */
export async function createJose(alb) {
  const { albArn, clientId } = alb.options
  const { issuer } = alb
  const albKey = await importSPKI(alb.albKey.pem, 'ES256')
  const jwks = createLocalJWKSet({ keys: [alb.cognitoKey.jwk] })
  const access = async ({ accessToken }) => {
    const { payload } = await jwtVerify(accessToken, jwks, { issuer, algorithms: ['RS256'] })
    if (payload.client_id !== clientId || payload.token_use !== 'access') throw new Error('another app')
    return payload
  }
  return {
    pair: async ({ oidcData, accessToken }) => {
      const { payload, protectedHeader } = await jwtVerify(oidcData, albKey, { issuer, algorithms: ['ES256'] })
      if (protectedHeader.signer !== albArn || protectedHeader.client !== clientId) throw new Error('another sender')
      return { claims: payload, access: await access({ accessToken }) }
    },
    access,
  }
}

/** fast-jwt, for the access token only: it refuses the padding of the load balancer's. */
export function createFastJwt(alb, { cache }) {
  const key = createPublicKey({ key: alb.cognitoKey.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const verifyToken = createVerifier({ key, algorithms: ['RS256'], allowedIss: alb.issuer, cache })
  return ({ accessToken }) => verifyToken(accessToken)
}

/** What is left when nothing but the signatures is checked: the bytes of both tokens, ready for `node:crypto`. */
export function signedBytes(pairs) {
  const part = (token) => {
    const end = token.lastIndexOf('.')
    return { data: Buffer.from(token.slice(0, end)), signature: Buffer.from(token.slice(end + 1), 'base64url') }
  }
  return pairs.map(({ oidcData, accessToken }) => ({ alb: part(oidcData), access: part(accessToken) }))
}

function verifyInPlace({ data, signature }, key) {
  if (!verify('sha256', data, key, signature)) throw new Error('a bad signature')
}

function verifyInPool({ data, signature }, key) {
  return new Promise((resolve, reject) => {
    verify('sha256', data, key, signature, (error, valid) =>
      valid ? resolve() : reject(error ?? new Error('a bad signature')),
    )
  })
}

/** The floor: `node:crypto` on those bytes; in place, or with others in flight, in the thread pool. */
export function createFloor(alb, where) {
  const check = where === 'in place' ? verifyInPlace : verifyInPool
  const albKey = { key: createPublicKey(alb.albKey.pem), dsaEncoding: 'ieee-p1363' }
  const accessKey = createPublicKey({ key: alb.cognitoKey.jwk, format: 'jwk' })
  return {
    pair: async (bytes) => {
      await check(bytes.alb, albKey)
      await check(bytes.access, accessKey)
    },
    alb: async (bytes) => await check(bytes.alb, albKey),
    access: async (bytes) => await check(bytes.access, accessKey),
  }
}
