/**
 * Whatever we accept, aws-jwt-verify and jose accept: three programs by three authors read the same tokens.
 *
 * Tokens are really signed, then spoilt in what they say (before signing) or as a text (after). The reverse does not
 * hold, on purpose: we refuse more.
 */
import { createPublicKey } from 'node:crypto'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { AlbJwtVerifier, CognitoJwtVerifier } from 'aws-jwt-verify'
import * as fc from 'fast-check'
import { jwtVerify } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { TokenVerifier } from '../src/index.js'
import { mutatedToken } from './arbitrary-tokens.js'

/** `npm run test:differential` asks for a million, and prints what came of them. */
const ASKED_RUNS = process.env['DIFFERENTIAL_RUNS']
const RUNS = Number(ASKED_RUNS ?? 1500)
const GRACE_SECONDS = 5

let alb: TestAlb
let ours: TokenVerifier

/** Far from the edges of the tolerance: this is about what is checked, not about to the second. */
const times = [-7200, -60, 60, 7200].map((seconds) => Math.floor(Date.now() / 1000) + seconds)

beforeAll(async () => {
  alb = await createTestAlb()
  ours = new TokenVerifier({ ...alb.options, clockToleranceSeconds: GRACE_SECONDS })
})

/** A value of the right kind for a member, mostly; `undefined` leaves the member out. */
function member(...sound: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...sound) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
  )
}

/** Changes to at most two members: with more, nearly every token is refused, and nothing is compared. */
function changes(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const names = Object.keys(members)
  return fc
    .subarray(names, { maxLength: 2 })
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((name) => [name, members[name] ?? fc.constant(0)]))))
}

async function accepts(verification: Promise<unknown>): Promise<boolean> {
  return await verification.then(
    () => true,
    () => false,
  )
}

/** How many of the tokens we accepted: a comparison of refusals only would prove nothing. */
async function compare(
  tokens: fc.Arbitrary<Promise<string>>,
  verifiers: { ours: (token: string) => Promise<unknown>; theirs: ((token: string) => Promise<unknown>)[] },
): Promise<number> {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(tokens, async (made) => {
      const token = await made
      if (!(await accepts(verifiers.ours(token)))) return
      accepted += 1
      for (const theirs of verifiers.theirs) await expect(theirs(token)).resolves.toBeDefined()
    }),
    { numRuns: RUNS },
  )
  const { currentTestName } = expect.getState()
  if (ASKED_RUNS !== undefined) {
    process.stdout.write(`${currentTestName}: ${RUNS} tokens, ${accepted} accepted by all, none by us alone\n`)
  }
  return accepted
}

describe('the load balancer’s token', () => {
  async function verifiers() {
    const { albArn, clientId } = alb.options
    const aws = AlbJwtVerifier.create({ albArn, clientId, issuer: alb.issuer, graceSeconds: GRACE_SECONDS })
    const key = createPublicKey(alb.albKey.pem)
    const jwk = { ...key.export({ format: 'jwk' }), kid: alb.albKey.kid, alg: 'ES256', use: 'sig', kty: 'EC' }
    aws.cacheJwks({ keys: [jwk] })
    const jose = async (token: string): Promise<unknown> =>
      await jwtVerify(token, key, { algorithms: ['ES256'], clockTolerance: GRACE_SECONDS })
    return {
      ours: async (token: string) => await ours.verifyAlbToken(token),
      theirs: [async (token: string) => await aws.verify(token), jose],
    }
  }

  test('that we accept with any change to what it says, they accept', async () => {
    const { albArn, clientId } = alb.options
    const header = changes({
      alg: member('ES256', 'none', 'HS256', 'RS256'),
      typ: member('JWT', 'jwt', 'at+jwt', undefined),
      kid: member(alb.albKey.kid, alb.albKey.kid.toUpperCase(), 'x'),
      iss: member(alb.issuer, `${alb.issuer}/`),
      client: member(clientId, [clientId], 'other'),
      signer: member(albArn, [albArn], `${albArn}0`),
      exp: member(...times),
      crit: member(['exp'], [], undefined),
      b64: member(true, false),
      zip: member('DEF'),
    })
    const claims = changes({
      // We accept two things that aws-jwt-verify does not: no "iss" (as load balancers signed in 2018), and user info
      // that happens to have a "scope", "jti", "aud" or "iat" of another type, which no load balancer vouches for.
      iss: member(alb.issuer, `${alb.issuer}/`).filter((value) => value !== undefined),
      exp: member(...times, undefined),
      nbf: member(...times, undefined),
      sub: member('', 'x', undefined),
      email: member('ada@example.com'),
    })
    const padding = fc.constantFrom('alb' as const, 'none' as const)
    const tokens = fc.record({ header, claims, padding }).map(async (change) => await alb.signAlbToken(change))
    expect(await compare(tokens, await verifiers())).toBeGreaterThan(RUNS / 10)
  })

  test('that we accept after any change to its text, they accept', async () => {
    const original = await alb.signAlbToken()
    const tokens = fc
      .oneof({ weight: 9, arbitrary: mutatedToken(original) }, { weight: 1, arbitrary: fc.constant(original) })
      .map((token) => Promise.resolve(token))
    expect(await compare(tokens, await verifiers())).toBeGreaterThan(RUNS / 20)
  })
})

describe('the access token', () => {
  const user = { sub: 'ad000000-0000-4000-8000-000000000000' }

  function verifiers() {
    const { clientId, userPoolId } = alb.options
    const aws = CognitoJwtVerifier.create({ clientId, userPoolId, tokenUse: 'access', graceSeconds: GRACE_SECONDS })
    const key = createPublicKey(alb.cognitoKey.privateKey)
    const jwk = { ...key.export({ format: 'jwk' }), kid: alb.cognitoKey.kid, alg: 'RS256', use: 'sig', kty: 'RSA' }
    aws.cacheJwks({ keys: [jwk] })
    const expected = { issuer: alb.issuer, clientId, sub: user.sub }
    const jose = async (token: string): Promise<unknown> =>
      await jwtVerify(token, key, { algorithms: ['RS256'], issuer: alb.issuer, clockTolerance: GRACE_SECONDS })
    return {
      ours: async (token: string) => await ours.verifyAccessToken(token, expected),
      theirs: [async (token: string) => await aws.verify(token), jose],
    }
  }

  test('that we accept with any change to what it says, they accept', async () => {
    const header = changes({
      alg: member('RS256', 'none', 'HS256', 'RS512', 'PS256'),
      typ: member('JWT', 'jwt', 'at+jwt', undefined),
      kid: member(alb.cognitoKey.kid, '', 'x', undefined),
      crit: member(['exp'], []),
      b64: member(true, false),
    })
    const { clientId } = alb.options
    const claims = changes({
      iss: member(alb.issuer, `${alb.issuer}/`, undefined),
      client_id: member(clientId, [clientId], undefined),
      aud: member(clientId, [clientId], [1]),
      jti: member('x', 1),
      sub: member(user.sub, '', undefined),
      token_use: member('access', 'id', ['access'], undefined),
      exp: member(...times, undefined),
      nbf: member(...times, undefined),
      iat: member(...times, undefined),
      'cognito:groups': member(['a'], 'a'),
      scope: member('openid'),
    })
    const tokens = fc.record({ header, claims }).map(async (change) => await alb.signAccessToken({ user, ...change }))
    expect(await compare(tokens, verifiers())).toBeGreaterThan(RUNS / 10)
  })

  test('that we accept after any change to its text, they accept', async () => {
    const original = await alb.signAccessToken({ user })
    const tokens = fc
      .oneof({ weight: 9, arbitrary: mutatedToken(original) }, { weight: 1, arbitrary: fc.constant(original) })
      .map((token) => Promise.resolve(token))
    expect(await compare(tokens, verifiers())).toBeGreaterThan(RUNS / 20)
  })
})

describe('a bearer token', () => {
  const client = 'nightly-job'
  const scope = 'my-api/read'
  let bearer: TokenVerifier

  beforeAll(() => {
    const { userPoolId, fetch } = alb.options
    const options = { clientId: [client, 'cli'], scopes: [scope], audience: 'https://api.example' }
    bearer = new TokenVerifier({ userPoolId, fetch, bearer: options, clockToleranceSeconds: GRACE_SECONDS })
  })

  function verifiers() {
    const aws = CognitoJwtVerifier.create({
      userPoolId: alb.options.userPoolId,
      clientId: [client, 'cli'],
      tokenUse: 'access',
      scope,
      graceSeconds: GRACE_SECONDS,
    })
    const key = createPublicKey(alb.cognitoKey.privateKey)
    const jwk = { ...key.export({ format: 'jwk' }), kid: alb.cognitoKey.kid, alg: 'RS256', use: 'sig', kty: 'RSA' }
    aws.cacheJwks({ keys: [jwk] })
    const jose = async (token: string): Promise<unknown> =>
      await jwtVerify(token, key, {
        algorithms: ['RS256'],
        issuer: alb.issuer,
        audience: 'https://api.example',
        requiredClaims: ['exp', 'sub'],
        clockTolerance: GRACE_SECONDS,
      })
    return {
      ours: async (token: string) => await bearer.verifyBearerToken(token),
      theirs: [async (token: string) => await aws.verify(token), jose],
    }
  }

  const good = {
    sub: client,
    client_id: client,
    username: undefined,
    scope: `openid ${scope}`,
    aud: 'https://api.example',
  }

  test('that we accept with any change to what it says, they accept', async () => {
    const header = changes({
      alg: member('RS256', 'none', 'HS256', 'RS512', 'PS256'),
      typ: member('JWT', 'jwt', 'at+jwt', undefined),
      kid: member(alb.cognitoKey.kid, '', 'x', undefined),
      crit: member(['exp'], []),
      b64: member(true, false),
      jku: member('https://evil.example/jwks.json'),
    })
    const claims = changes({
      iss: member(alb.issuer, `${alb.issuer}/`, alb.issuer.replace('cognito-idp', 'evil'), undefined),
      client_id: member(client, 'cli', [client], undefined),
      aud: member('https://api.example', ['https://api.example', 'x'], [1], undefined),
      jti: member('x', 1),
      sub: member(client, '', undefined),
      token_use: member('access', 'id', ['access'], undefined),
      exp: member(...times, undefined),
      nbf: member(...times, undefined),
      iat: member(...times, undefined),
      scope: member(scope, `${scope}x`, `x ${scope}`, [scope], '', undefined),
    })
    const tokens = fc
      .record({ header, claims })
      .map(
        async (change) => await alb.signAccessToken({ header: change.header, claims: { ...good, ...change.claims } }),
      )
    expect(await compare(tokens, verifiers())).toBeGreaterThan(RUNS / 20)
  })

  test('that we accept after any change to its text, they accept', async () => {
    const original = await alb.signAccessToken({ claims: good })
    const tokens = fc
      .oneof({ weight: 9, arbitrary: mutatedToken(original) }, { weight: 1, arbitrary: fc.constant(original) })
      .map((token) => Promise.resolve(token))
    expect(await compare(tokens, verifiers())).toBeGreaterThan(RUNS / 20)
  })
})
