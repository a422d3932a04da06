import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { createTestAlb, encodePart, type TestAlb } from '@cognito-auth/testing'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TokenVerifier, type TokenVerifierOptions } from '../src/index.js'

const HOUR = 3_600_000
const user = { email: 'dev@example.com' }
let alb: TestAlb

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  alb = await createTestAlb({ accessTokenLifetimeSeconds: 400_000, tokenLifetimeSeconds: 400_000 })
})

afterEach(() => {
  vi.useRealTimers()
})

function verifier(more: TokenVerifierOptions = {}): TokenVerifier {
  return new TokenVerifier({ ...alb.options, ...more })
}

function rsaJwk(): object {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
}

async function tokens() {
  return { oidcData: await alb.signAlbToken({ user }), accessToken: await alb.signAccessToken({ user }) }
}

/** A token of the right form with a random signature, as a stranger can make by the thousand. */
async function forgeries(count: number, header: object): Promise<string[]> {
  const [, payload = ''] = (await alb.signAlbToken({ user })).split('.')
  const { albArn, clientId } = alb.options
  return Array.from({ length: count }, () => {
    const own = {
      typ: 'JWT',
      kid: randomUUID(),
      alg: 'ES256',
      iss: alb.issuer,
      client: clientId,
      signer: albArn,
      exp: 4_102_444_800,
      ...header,
    }
    return `${encodePart(JSON.stringify(own), 'alb')}.${payload}.${encodePart(randomBytes(64), 'alb')}`
  })
}

/** Fewer under mutation testing, which runs these hundreds of times. */
const MANY = process.env['STRYKER_MUTATOR_WORKER'] === undefined ? 10_000 : 500

const albFetches = () => alb.requests.filter((url) => url.includes('public-keys')).length
const jwksFetches = () => alb.requests.filter((url) => url.includes('jwks')).length

describe('fetches', () => {
  test('1,000 concurrent first requests make one fetch of each kind', async () => {
    const one = verifier()
    const given = await tokens()
    await Promise.all(Array.from({ length: 1_000 }, async () => await one.verify(given)))
    expect([albFetches(), jwksFetches()]).toEqual([1, 1])
  })

  test('10,000 forged tokens of another load balancer make none', async () => {
    const one = verifier()
    const forged = await forgeries(MANY, { signer: alb.options.albArn.replace('test-alb', 'evil') })
    const outcomes = await Promise.allSettled(forged.map(async (token) => await one.verifyAlbToken(token)))
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(alb.requests).toEqual([])
  })

  test('10,000 forged tokens with random key ids make 20, and a good user is served meanwhile', async () => {
    const one = verifier()
    const given = await tokens()
    await one.verify(given)
    const before = albFetches()
    const forged = await forgeries(MANY, {})
    const attack = Promise.allSettled(forged.map(async (token) => await one.verifyAlbToken(token)))
    await expect(one.verify(given)).resolves.toBeDefined()
    await expect(one.verify(await tokens())).resolves.toBeDefined()
    expect((await attack).every(({ status }) => status === 'rejected')).toBe(true)
    expect(albFetches() - before).toBeLessThanOrEqual(20)
    // The budget comes back: 20 a minute.
    vi.setSystemTime(Date.now() + 60_000)
    await Promise.allSettled((await forgeries(50, {})).map(async (token) => await one.verifyAlbToken(token)))
    expect(albFetches() - before).toBeLessThanOrEqual(40)
    expect(albFetches() - before).toBeGreaterThan(25)
  })

  test('on a process that has just started, the first real user is served within a second beside 150 forged ids a second', async () => {
    const one = verifier()
    const forged = await forgeries(600, {})
    const started = Date.now()
    let servedAfter: number | undefined
    for (const [index, token] of forged.entries()) {
      vi.setSystemTime(started + (index * 1_000) / 150)
      await one.verifyAlbToken(token).catch(() => undefined)
      // A page that is loaded three times a second, after the flood has begun.
      if (servedAfter === undefined && index > 30 && index % 50 === 0) {
        const verified = one.verify(await tokens()).then(() => Date.now() - started)
        servedAfter = await verified.catch(() => undefined)
      }
    }
    expect(servedAfter).toBeLessThanOrEqual(1_000)
    // Four seconds of it: a burst of 20 and one more, and the key of the user.
    expect(albFetches()).toBeLessThanOrEqual(22)
  })

  test('over budget is an outage, not the user’s fault', async () => {
    const one = verifier()
    const outcomes = await Promise.allSettled(
      (await forgeries(30, {})).map(async (token) => await one.verifyAlbToken(token)),
    )
    const codes = outcomes.map((outcome) =>
      outcome.status === 'rejected' ? (outcome.reason as { code: string }).code : 'ok',
    )
    expect(codes.filter((code) => code === 'keys_unavailable')).toHaveLength(10)
  })

  test('three live keys used in turn make three', async () => {
    const one = verifier()
    const given = []
    for (let index = 0; index < 3; index += 1) {
      given.push(await alb.signAlbToken({ user }))
      alb.rotateKeys()
    }
    for (let round = 0; round < 5; round += 1) for (const token of given) await one.verifyAlbToken(token)
    expect(albFetches()).toBe(3)
  })

  test('an unknown key id is asked for once', async () => {
    const one = verifier()
    const [token = ''] = await forgeries(1, {})
    for (let round = 0; round < 3; round += 1)
      await expect(one.verifyAlbToken(token)).rejects.toMatchObject({ reason: 'key_not_found' })
    expect(albFetches()).toBe(1)
  })

  test('an unknown Cognito key refetches the JWKS, at most once per 10 s', async () => {
    const one = verifier()
    await one.verify(await tokens())
    alb.rotateKeys()
    await one.verify(await tokens())
    expect(jwksFetches()).toBe(2)
    const foreign = async () => ({
      oidcData: await alb.signAlbToken({ user }),
      accessToken: await alb.signAccessToken({ user, header: { kid: randomUUID() } }),
    })
    await expect(one.verify(await foreign())).rejects.toMatchObject({ reason: 'key_not_found' })
    expect(jwksFetches()).toBe(2)
    vi.setSystemTime(Date.now() + 10_001)
    await expect(one.verify(await foreign())).rejects.toMatchObject({ reason: 'key_not_found' })
    expect(jwksFetches()).toBe(3)
  })
})

describe('an unknown Cognito key', () => {
  const unknown = async () => ({
    oidcData: await alb.signAlbToken({ user }),
    accessToken: await alb.signAccessToken({ user, header: { kid: randomUUID() } }),
  })

  test('is an outage while AWS is out of reach, asked for once in 10 s', async () => {
    const one = verifier()
    await one.verify(await tokens())
    alb.goOffline()
    await expect(one.verify(await unknown())).rejects.toMatchObject({ code: 'keys_unavailable' })
    const asked = jwksFetches()
    await expect(one.verify(await unknown())).rejects.toMatchObject({ code: 'keys_unavailable' })
    expect(jwksFetches()).toBe(asked)
    await expect(one.verify(await tokens())).resolves.toBeDefined()
    alb.goOnline()
    vi.setSystemTime(Date.now() + 10_000)
    await expect(one.verify(await unknown())).rejects.toMatchObject({ reason: 'key_not_found' })
    expect(jwksFetches()).toBe(asked + 1)
  })

  test('of many requests at once is asked for once', async () => {
    const one = verifier()
    await one.verify(await tokens())
    const many = await Promise.all(Array.from({ length: 5 }, unknown))
    const outcomes = await Promise.allSettled(many.map(async (pair) => await one.verify(pair)))
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(jwksFetches()).toBe(2)
  })

  test('is asked for again after the clock was set back', async () => {
    const one = verifier()
    await one.verify(await tokens())
    await expect(one.verify(await unknown())).rejects.toMatchObject({ reason: 'key_not_found' })
    vi.setSystemTime(Date.now() - 2_000)
    const pair = await unknown()
    await expect(one.verify(pair)).rejects.toMatchObject({ reason: 'key_not_found' })
    // One because the key set seems to be of the future, one because the key is not in it.
    expect(jwksFetches()).toBe(4)
  })
})

describe('age', () => {
  test('a key is refreshed in the background from 80 % of its TTL', async () => {
    const one = verifier()
    const given = await tokens()
    await one.verify(given)
    vi.setSystemTime(Date.now() + 0.79 * HOUR)
    await one.verify(given)
    expect(alb.requests).toHaveLength(2)
    vi.setSystemTime(Date.now() + 0.02 * HOUR)
    await one.verify(given)
    await vi.waitFor(() => expect(alb.requests).toHaveLength(4), 10_000)
    await one.verify(given)
    expect(alb.requests).toHaveLength(4)
  })

  test('an expired key serves while AWS is out of reach, for 24 h', async () => {
    const one = verifier()
    const given = await tokens()
    await one.verify(given)
    alb.goOffline()
    vi.setSystemTime(Date.now() + 24 * HOUR)
    await expect(one.verify(given)).resolves.toBeDefined()
    vi.setSystemTime(Date.now() + 1 * HOUR)
    await expect(one.verify(given)).rejects.toMatchObject({
      code: 'keys_unavailable',
      status: 503,
      retryAfterSeconds: expect.any(Number) as number,
    })
    alb.goOnline()
    await expect(one.verify(given)).resolves.toBeDefined()
  })

  test('an expired key that AWS says is gone serves no more, remembered tokens or not', async () => {
    const one = verifier()
    const given = await tokens()
    await one.verify(given)
    alb.rotateKeys()
    alb.retireKeys()
    vi.setSystemTime(Date.now() + 1.1 * HOUR)
    await expect(one.verify(given)).rejects.toMatchObject({ code: 'invalid_token', reason: 'key_not_found' })
  })

  test.each<[string, (one: TokenVerifier, given: Awaited<ReturnType<typeof tokens>>) => Promise<unknown>]>([
    ['a user claims token', async (one, { oidcData }) => await one.verifyAlbToken(oidcData)],
    [
      'an access token',
      async (one, { accessToken }) =>
        await one.verifyAccessToken(accessToken, {
          issuer: alb.issuer,
          clientId: alb.options.clientId,
          sub: String(decodeJwt(accessToken).sub),
        }),
    ],
    ['a bearer token', async (one, { accessToken }) => await one.verifyBearerToken(accessToken)],
  ])('nor does one that is gone serve %s by itself that is remembered', async (_, verify) => {
    const one = verifier({ bearer: { clientId: alb.options.clientId } })
    const given = await tokens()
    await verify(one, given)
    alb.rotateKeys()
    alb.retireKeys()
    await expect(verify(one, given)).resolves.toBeDefined()
    vi.setSystemTime(Date.now() + 1.1 * HOUR)
    await expect(verify(one, given)).rejects.toMatchObject({ code: 'invalid_token', reason: 'key_not_found' })
  })

  test('out of reach at first, keys are asked for again at once', async () => {
    const one = verifier()
    const given = await tokens()
    alb.goOffline()
    await expect(one.verify(given)).rejects.toMatchObject({ code: 'keys_unavailable' })
    expect(albFetches()).toBe(3)
    alb.goOnline()
    await expect(one.verify(given)).resolves.toBeDefined()
  })
})

describe('an endpoint that answers', () => {
  async function outcome(answer: () => Response | Promise<Response>) {
    let fetches = 0
    const fetch = async (): Promise<Response> => {
      fetches += 1
      return await answer()
    }
    const error: unknown = await verifier({ fetch })
      .verifyAlbToken(await alb.signAlbToken({ user }))
      .then(() => 'verified')
      .catch((reason: unknown) => reason)
    return { error, fetches }
  }

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' })
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ type: 'spki', format: 'pem' })

  test.each<[string, () => Response, string, number]>([
    ['400', () => new Response('', { status: 400 }), 'invalid_token', 1],
    ['403', () => new Response('', { status: 403 }), 'invalid_token', 1],
    ['404', () => new Response('', { status: 404 }), 'invalid_token', 1],
    ['429', () => new Response('', { status: 429 }), 'keys_unavailable', 1],
    ['500', () => new Response('', { status: 500 }), 'keys_unavailable', 3],
    ['503', () => new Response('', { status: 503 }), 'keys_unavailable', 3],
    [
      'a redirect',
      () => new Response('', { status: 302, headers: { location: 'https://evil.example' } }),
      'keys_unavailable',
      1,
    ],
    ['nonsense', () => new Response('nonsense'), 'keys_unavailable', 1],
    ['an RSA key', () => new Response(String(rsa)), 'keys_unavailable', 1],
    ['a P-384 key', () => new Response(String(p384)), 'keys_unavailable', 1],
    ['more than 64 KiB', () => new Response(alb.albKey.pem + ' '.repeat(65_536)), 'keys_unavailable', 1],
  ])('%s', async (_, answer, code, times) => {
    const { error, fetches } = await outcome(answer)
    expect(error).toMatchObject({ code })
    expect(fetches).toBe(times)
  })

  test.each(['nonsense', '[]', '{}', '{"keys":1}'])('a key set that is %s is an outage, and says why', async (text) => {
    const fetch: typeof globalThis.fetch = async (input) =>
      String(input).includes('jwks') ? new Response(text) : await alb.options.fetch(input)
    const failure = await verifier({ fetch })
      .verify(await tokens())
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'keys_unavailable',
      message: expect.stringMatching(/JSON Web Key Set/) as string,
      cause: expect.any(Error) as Error,
    })
  })

  test.each<[string, object]>([
    ['an EC key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })],
    ['a secret', { kty: 'oct', k: 'c2VjcmV0' }],
    ['for another algorithm', { ...rsaJwk(), alg: 'RS512' }],
    ['for encryption', { ...rsaJwk(), use: 'enc' }],
  ])('a published key that is %s is an outage, and no reason to ask again', async (_, jwk) => {
    let fetches = 0
    const fetch: typeof globalThis.fetch = async (input) => {
      if (!String(input).includes('jwks')) return await alb.options.fetch(input)
      fetches += 1
      return Response.json({ keys: [{ ...jwk, kid: alb.cognitoKey.kid }] })
    }
    await expect(verifier({ fetch }).verify(await tokens())).rejects.toMatchObject({ code: 'keys_unavailable' })
    expect(fetches).toBe(1)
  })

  test('an RSA key of 1024 bits is no key', async () => {
    const jwk = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
    const fetch: typeof globalThis.fetch = async (input) =>
      String(input).includes('jwks')
        ? Response.json({ keys: [{ ...jwk, kid: alb.cognitoKey.kid, alg: 'RS256', use: 'sig' }] })
        : await alb.options.fetch(input)
    await expect(verifier({ fetch }).verify(await tokens())).rejects.toMatchObject({ code: 'keys_unavailable' })
  })
})

test('the key of a token is the one of its load balancer’s region, though another region has one of that id', async () => {
  const elsewhere = alb.options.albArn.replace('eu-west-2', 'eu-west-1')
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (input) => {
    asked.push(new URL(String(input)).host)
    // Only eu-west-2 knows the key that signed.
    return String(input).includes('eu-west-1') ? new Response('', { status: 404 }) : await alb.options.fetch(input)
  }
  const one = verifier({ albArn: [alb.options.albArn, elsewhere], fetch })
  await one.verifyAlbToken(await alb.signAlbToken({ user }))
  const foreign = await alb.signAlbToken({ user, header: { signer: elsewhere } })
  await expect(one.verifyAlbToken(foreign)).rejects.toMatchObject({ reason: 'key_not_found' })
  expect(asked).toEqual([
    'public-keys.auth.elb.eu-west-2.amazonaws.com',
    'public-keys.auth.elb.eu-west-1.amazonaws.com',
  ])
})

test('GovCloud keys are in S3', async () => {
  alb = await createTestAlb({ region: 'us-gov-west-1' })
  await verifier().verifyAlbToken(await alb.signAlbToken({ user }))
  expect(alb.requests).toEqual([
    `https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1/${alb.albKey.kid}`,
  ])
})
