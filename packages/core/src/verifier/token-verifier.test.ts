import { createHook } from 'node:async_hooks'
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto'
import {
  createCognitoKey,
  createTestAlb,
  encodePart,
  signAccessToken,
  signAlbToken,
  type TestAlb,
} from '@cognito-auth/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { REAL_TOKEN_A, REAL_TOKEN_B, REAL_TOKEN_C, REAL_TOKEN_D } from '../../test/real-tokens.js'
import { TokenVerifier, type TokenVerifierOptions } from '../index.js'

let alb: TestAlb
const user = { email: 'dev@example.com', groups: ['developers'] }

beforeEach(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.useRealTimers()
})

function verifier(more: TokenVerifierOptions = {}): TokenVerifier {
  return new TokenVerifier({ ...alb.options, ...more })
}

async function tokens(more: { alb?: object; access?: object } = {}) {
  return {
    oidcData: await alb.signAlbToken({ user, ...more.alb }),
    accessToken: await alb.signAccessToken({ user, ...more.access }),
  }
}

describe('tokens that real load balancers signed', () => {
  const { token, pem, albArn, keyUrl, exp } = REAL_TOKEN_A

  function realVerifier(options: TokenVerifierOptions = {}) {
    const urls: string[] = []
    const fetch = async (input: string | URL | Request): Promise<Response> => {
      urls.push(String(input))
      return String(input) === keyUrl ? new Response(pem) : new Response('', { status: 404 })
    }
    return { urls, verifier: new TokenVerifier({ albArn, fetch, ...options }) }
  }

  function at(seconds: number): void {
    vi.useFakeTimers({ toFake: ['Date'], now: seconds * 1000 })
  }

  test('A verifies with the AWS key while it is good', async () => {
    at(exp - 60)
    const { urls, verifier } = realVerifier()
    const { claims } = await verifier.verifyAlbToken(token)
    expect(claims['username']).toBe('duke')
    expect(urls).toEqual([keyUrl])
  })

  test('A is good until the last second of the tolerance, and not after', async () => {
    const { verifier } = realVerifier({ clockToleranceSeconds: 5 })
    at(exp + 4)
    await expect(verifier.verifyAlbToken(token)).resolves.toBeDefined()
    at(exp + 5)
    await expect(verifier.verifyAlbToken(token)).rejects.toMatchObject({ code: 'expired_token' })
  })

  test('A does not verify without its padding: the padding is signed', async () => {
    at(exp - 60)
    await expect(realVerifier().verifier.verifyAlbToken(token.replaceAll('=', ''))).rejects.toMatchObject({
      reason: 'signature',
    })
  })

  test('A is refused for another load balancer, without a fetch', async () => {
    at(exp - 60)
    const { urls, verifier } = realVerifier({ albArn: albArn.replace('ecs-with', 'other-with') })
    await expect(verifier.verifyAlbToken(token)).rejects.toMatchObject({ reason: 'signer' })
    expect(urls).toEqual([])
  })

  test.each([
    { name: 'B', real: REAL_TOKEN_B },
    { name: 'C', real: REAL_TOKEN_C },
  ])('$name parses, and is refused as expired today, and for want of its key in its time', async ({ real }) => {
    const { verifier } = realVerifier({ albArn: real.albArn })
    await expect(verifier.verifyAlbToken(real.token)).rejects.toMatchObject({ code: 'expired_token' })
    at(real.exp - 60)
    await expect(verifier.verifyAlbToken(real.token)).rejects.toMatchObject({ reason: 'key_not_found' })
  })

  test('C is refused where a user pool is pinned: Okta signed people in', async () => {
    at(REAL_TOKEN_C.exp - 60)
    const { verifier } = realVerifier({ albArn: REAL_TOKEN_C.albArn, userPoolId: 'us-east-1_AbCdEfGhI' })
    await expect(verifier.verifyAlbToken(REAL_TOKEN_C.token)).rejects.toMatchObject({ reason: 'issuer' })
  })

  test('D parses, and is refused for its truncated signer', async () => {
    at(REAL_TOKEN_D.exp - 60)
    const { urls, verifier } = realVerifier()
    await expect(verifier.verifyAlbToken(REAL_TOKEN_D.token)).rejects.toMatchObject({ reason: 'signer' })
    expect(urls).toEqual([])
  })
})

describe('padding', () => {
  /** Pads a claim until the JSON is 0, 1 or 2 bytes over a multiple of three. */
  const lengths = [0, 1, 2].flatMap((header) => [0, 1, 2].map((payload) => ({ header, payload })))

  function padTo(object: Record<string, unknown>, remainder: number): Record<string, unknown> {
    for (const filler of ['', 'x', 'xx']) {
      const padded = { ...object, filler }
      if ((3 - (JSON.stringify(padded).length % 3)) % 3 === remainder) return padded
    }
    throw new Error('one of three lengths fits')
  }

  test.each(lengths)('verifies with $header and $payload characters of padding', async ({ header, payload }) => {
    const [h = '', p = ''] = (await alb.signAlbToken({ user })).split('.')
    const parse = (part: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
    const token = signAlbToken(alb.albKey, padTo(parse(h), header), padTo(parse(p), payload))
    const paddings = token.split('.').map((part) => part.length - part.replaceAll('=', '').length)
    expect(paddings).toEqual([header, payload, 2])
    await expect(verifier().verifyAlbToken(token)).resolves.toBeDefined()
  })

  test('verifies a signature without padding', async () => {
    const token = await alb.signAlbToken({ user })
    await expect(verifier().verifyAlbToken(token.replace(/=+$/, ''))).resolves.toBeDefined()
  })

  test('verifies a token that was signed without any padding', async () => {
    await expect(verifier().verifyAlbToken(await alb.signAlbToken({ user, padding: 'none' }))).resolves.toBeDefined()
  })
})

describe('the load balancer token', () => {
  const other = 'arn:aws:elasticloadbalancing:eu-west-2:999999999999:loadbalancer/app/evil/0123456789abcdef'

  test.each([
    { what: 'alg none', header: { alg: 'none' }, reason: 'algorithm' },
    { what: 'alg HS256', header: { alg: 'HS256' }, reason: 'algorithm' },
    { what: 'alg ES384', header: { alg: 'ES384' }, reason: 'algorithm' },
    { what: 'alg as a list', header: { alg: ['ES256'] }, reason: 'algorithm' },
    { what: 'alg in lower case', header: { alg: 'es256' }, reason: 'algorithm' },
    { what: 'another typ', header: { typ: 'at+jwt' }, reason: 'header' },
    { what: 'a crit', header: { crit: ['exp'] }, reason: 'header' },
    { what: 'a b64', header: { b64: true }, reason: 'header' },
    { what: 'the signer of another account (ALBeast)', header: { signer: other }, reason: 'signer' },
    { what: 'no signer', header: { signer: undefined }, reason: 'signer' },
    { what: 'a list of signers', header: { signer: [other] }, reason: 'signer' },
    { what: 'another client', header: { client: 'another' }, reason: 'client' },
    { what: 'no client', header: { client: undefined }, reason: 'client' },
    {
      what: 'another pool',
      header: { iss: 'https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_Other' },
      reason: 'issuer',
    },
    {
      what: 'the pool on the host of another region',
      header: { iss: 'https://cognito-idp.us-east-1.amazonaws.com/eu-west-2_TestPool1' },
      reason: 'issuer',
    },
    {
      what: 'the pool on a stranger’s host',
      header: { iss: 'https://evil.example/eu-west-2_TestPool1' },
      reason: 'issuer',
    },
    { what: 'no issuer', header: { iss: undefined }, reason: 'issuer' },
    {
      what: 'a list of issuers',
      header: { iss: ['https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1'] },
      reason: 'issuer',
    },
    { what: 'a kid that is a path', header: { kid: '../../evil' }, reason: 'key_id' },
    { what: 'a kid with a path behind a UUID', header: { kid: `${randomUUID()}/..` }, reason: 'key_id' },
    { what: 'no kid', header: { kid: undefined }, reason: 'key_id' },
    { what: 'a kid that is a number', header: { kid: 1 }, reason: 'key_id' },
    { what: 'a list of kids', header: { kid: [randomUUID()] }, reason: 'key_id' },
    { what: 'no exp in the header', header: { exp: undefined }, reason: 'claims' },
    { what: 'an exp that is a text', header: { exp: '4102444800' }, reason: 'claims' },
    { what: 'an exp that is null', header: { exp: null }, reason: 'claims' },
    { what: 'an exp in the payload that is a text', claims: { exp: '4102444800' }, reason: 'claims' },
    { what: 'an nbf in the payload that is ahead', claims: { nbf: 4_102_444_800 }, reason: 'not_yet_valid' },
  ])('with $what is refused, and nothing is fetched', async ({ header, claims, reason }) => {
    const token = await alb.signAlbToken({ user, ...(header && { header }), ...(claims && { claims }) })
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ code: 'invalid_token', reason })
    expect(alb.requests).toEqual([])
  })

  test.each([
    { what: 'another issuer in the payload', claims: { iss: 'https://evil.example' }, reason: 'issuer' },
    { what: 'an issuer in the payload that is a list', claims: { iss: ['x'] }, reason: 'issuer' },
    { what: 'no sub', claims: { sub: undefined }, reason: 'subject' },
    { what: 'an empty sub', claims: { sub: '' }, reason: 'subject' },
    { what: 'a sub that is a number', claims: { sub: 1 }, reason: 'subject' },
  ])('with $what is refused though its signature holds', async ({ claims, reason }) => {
    const token = await alb.signAlbToken({ user, claims })
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ code: 'invalid_token', reason })
  })

  test('verifies without iss and exp in the payload, as in 2018, and without typ', async () => {
    const token = await alb.signAlbToken({
      user,
      header: { typ: undefined },
      claims: { iss: undefined, exp: undefined },
    })
    await expect(verifier().verifyAlbToken(token)).resolves.toBeDefined()
  })

  test.each(['header', 'claims'] as const)('expires by the exp in its %s', async (part) => {
    const past = Math.floor(Date.now() / 1000) - 60
    const token = await alb.signAlbToken({ user, [part]: { exp: past } })
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ code: 'expired_token' })
    expect(alb.requests).toEqual([])
  })

  test.each([
    ['nothing', ''],
    ['one part', 'abc'],
    ['two parts', 'abc.def'],
    ['four parts', 'a.b.c.d'],
    ['empty parts', '..'],
    ['a header that is not base64url', 'a+b/.e30.AAAA'],
    ['a header that is not JSON', `${encodePart('nonsense', 'none')}.e30.AAAA`],
    ['a header that is a list', `${encodePart('[]', 'none')}.e30.AAAA`],
    ['a header that is null', `${encodePart('null', 'none')}.e30.AAAA`],
    ['padding of its own', 'e30===.e30=.AAAA'],
    ['padding in the middle', 'e=30.e30.AAAA'],
    ['a space', ' e30.e30.AAAA'],
    ['a new line', 'e30.e30.AAAA\n'],
    ['a letter whose low byte is one of the alphabet', 'e30.e30.AAA\u0141'],
  ])('that is %s is malformed', async (_, token) => {
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ reason: 'malformed' })
  })

  test.each([undefined, null, 5, {}, ['a.b.c']])('that is %j is malformed', async (token) => {
    await expect(verifier().verifyAlbToken(token as never)).rejects.toMatchObject({ reason: 'malformed' })
    const expected = { issuer: alb.issuer, clientId: alb.options.clientId, sub: 'x' }
    await expect(verifier().verifyAccessToken(token as never, expected)).rejects.toMatchObject({ reason: 'malformed' })
  })

  test('is not looked for without options', () => {
    expect(() => new TokenVerifier(undefined as never)).toThrow(expect.objectContaining({ code: 'configuration' }))
    expect(() => new TokenVerifier({})).toThrow(/albArn/)
  })

  test('may be 16 KiB, and no more', async () => {
    const base = (await alb.signAlbToken({ user, claims: { filler: '' } })).length
    const filler = 'x'.repeat(Math.floor((16_384 - base) / 4) * 3 - 6)
    const fits = await alb.signAlbToken({ user, claims: { filler } })
    expect(fits.length).toBeLessThanOrEqual(16_384)
    await expect(verifier().verifyAlbToken(fits)).resolves.toBeDefined()
    const tooLarge = await alb.signAlbToken({ user, claims: { filler: `${filler}${'x'.repeat(16)}` } })
    expect(tooLarge.length).toBeGreaterThan(16_384)
    await expect(verifier().verifyAlbToken(tooLarge)).rejects.toMatchObject({ reason: 'too_large' })
  })

  const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
  const one = '1'.padStart(64, '0')

  test.each([
    { what: '63 bytes', signature: '11'.repeat(63) },
    { what: '65 bytes', signature: '11'.repeat(65) },
    { what: 'DER', signature: `30440220${'11'.repeat(32)}0220${'11'.repeat(32)}` },
    { what: 'r and s of zero (psychic)', signature: '00'.repeat(64) },
    { what: 'r of zero', signature: '00'.repeat(32) + one },
    { what: 's of zero', signature: one + '00'.repeat(32) },
    { what: 'r not below the order', signature: order + one },
    { what: 's not below the order', signature: one + order },
  ])('with a signature of $what is refused, and nothing is fetched', async ({ signature }) => {
    const [header = '', payload = ''] = (await alb.signAlbToken({ user })).split('.')
    const token = `${header}.${payload}.${encodePart(Buffer.from(signature, 'hex'), 'alb')}`
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ reason: 'signature' })
    expect(alb.requests).toEqual([])
  })

  test('keyed as HS256 with the public key is refused (algorithm confusion)', async () => {
    const [header = '', payload = ''] = (await alb.signAlbToken({ user, header: { alg: 'HS256' } })).split('.')
    const mac = createHmac('sha256', alb.albKey.pem).update(`${header}.${payload}`).digest()
    const token = `${header}.${payload}.${encodePart(mac, 'alb')}`
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ reason: 'algorithm' })
  })

  test('that says alg none and has no signature is refused as such', async () => {
    const [header = '', payload = ''] = (await alb.signAlbToken({ user, header: { alg: 'none' } })).split('.')
    await expect(verifier().verifyAlbToken(`${header}.${payload}.`)).rejects.toMatchObject({ reason: 'algorithm' })
  })

  test('without a signature is malformed', async () => {
    const [header = '', payload = ''] = (await alb.signAlbToken({ user })).split('.')
    await expect(verifier().verifyAlbToken(`${header}.${payload}.`)).rejects.toMatchObject({ reason: 'malformed' })
  })

  test('is good from its nbf on, give or take the tolerance', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Math.floor(Date.now() / 1000) * 1000)
    const token = await alb.signAlbToken({ user, claims: { nbf: Date.now() / 1000 + 5 } })
    const one = verifier({ tokenCacheSize: 0 })
    await expect(one.verifyAlbToken(token)).resolves.toBeDefined()
    vi.setSystemTime(Date.now() - 1)
    await expect(one.verifyAlbToken(token)).rejects.toMatchObject({ reason: 'not_yet_valid' })
  })

  test('of 16 KiB exactly is looked at', async () => {
    await expect(verifier().verifyAlbToken('x'.repeat(16_384))).rejects.toMatchObject({ reason: 'malformed' })
    await expect(verifier().verifyAlbToken('x'.repeat(16_385))).rejects.toMatchObject({ reason: 'too_large' })
  })

  test('signed with another key of the same kid is refused', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const token = await alb.signAlbToken({ user, key: { ...alb.albKey, privateKey } })
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ reason: 'signature' })
  })

  test('with any part changed after signing is refused', async () => {
    const [header = '', , signature = ''] = (await alb.signAlbToken({ user })).split('.')
    const otherPayload = encodePart(JSON.stringify({ sub: 'admin' }), 'alb')
    await expect(verifier().verifyAlbToken(`${header}.${otherPayload}.${signature}`)).rejects.toMatchObject({
      reason: 'signature',
    })
  })

  test('verifies for each of several load balancers and clients', async () => {
    const many = verifier({ albArn: [other, alb.options.albArn], clientId: ['x', alb.options.clientId] })
    await expect(many.verifyAlbToken(await alb.signAlbToken({ user }))).resolves.toBeDefined()
    await expect(
      many.verifyAlbToken(await alb.signAlbToken({ user, header: { signer: other, client: 'x' } })),
    ).resolves.toBeDefined()
  })

  test('verifies in both issuer forms of a pinned pool', async () => {
    const iss = 'https://issuer-cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1'
    await expect(
      verifier().verifyAlbToken(await alb.signAlbToken({ user, header: { iss }, claims: { iss } })),
    ).resolves.toBeDefined()
  })

  test('with a __proto__ member does no harm', async () => {
    const claims = JSON.parse('{"__proto__":{"isAdmin":true},"deep":{"__proto__":{"isAdmin":true}}}') as Record<
      string,
      unknown
    >
    const token = await alb.signAlbToken({ user, claims: { ...claims, ['__proto__']: claims['__proto__'] } })
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).toContain('__proto__')
    const verified = await verifier().verifyAlbToken(token)
    expect(Object.hasOwn(verified.claims, '__proto__')).toBe(false)
    expect(Object.assign({}, verified.claims['deep'])).not.toHaveProperty('isAdmin')
  })
})

describe('the access token', () => {
  test.each([
    { what: 'another client', claims: { client_id: 'another' }, reason: 'client' },
    { what: 'no client', claims: { client_id: undefined }, reason: 'client' },
    { what: 'another user', claims: { sub: 'somebody' }, reason: 'subject' },
    { what: 'no user', claims: { sub: undefined }, reason: 'subject' },
    { what: 'an id token’s use', claims: { token_use: 'id' }, reason: 'token_use' },
    { what: 'no use', claims: { token_use: undefined }, reason: 'token_use' },
    { what: 'no exp', claims: { exp: undefined }, reason: 'claims' },
    { what: 'an exp that is a text', claims: { exp: '4102444800' }, reason: 'claims' },
    { what: 'an nbf that is a text', claims: { nbf: 'x' }, reason: 'claims' },
    { what: 'an iat that is a text', claims: { iat: 'x' }, reason: 'claims' },
    { what: 'an aud that is a number', claims: { aud: 1 }, reason: 'claims' },
    { what: 'a number among its aud', claims: { aud: ['x', 1] }, reason: 'claims' },
    { what: 'a jti that is null', claims: { jti: null }, reason: 'claims' },
    { what: 'a scope that is a list', claims: { scope: ['openid'] }, reason: 'claims' },
    { what: 'an nbf that is ahead', claims: { nbf: 4_102_444_800 }, reason: 'not_yet_valid' },
    { what: 'an iat that is ahead', claims: { iat: 4_102_444_800 }, reason: 'not_yet_valid' },
    {
      what: 'another pool',
      claims: { iss: 'https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_Other' },
      reason: 'issuer',
    },
    { what: 'an attacker’s issuer', claims: { iss: 'https://evil.example/eu-west-2_TestPool1' }, reason: 'issuer' },
    {
      what: 'the pool over http',
      claims: { iss: 'http://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1' },
      reason: 'issuer',
    },
    {
      what: 'a host that only begins right',
      claims: { iss: 'https://cognito-idp.eu-west-2.amazonaws.com.evil.example/eu-west-2_TestPool1' },
      reason: 'issuer',
    },
    { what: 'no issuer', claims: { iss: undefined }, reason: 'issuer' },
    {
      what: 'a list of issuers',
      claims: { iss: ['https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1'] },
      reason: 'issuer',
    },
    { what: 'alg none', header: { alg: 'none' }, reason: 'algorithm' },
    { what: 'alg ES256', header: { alg: 'ES256' }, reason: 'algorithm' },
    { what: 'alg RS512', header: { alg: 'RS512' }, reason: 'algorithm' },
    { what: 'a crit', header: { crit: ['exp'] }, reason: 'header' },
    { what: 'no kid', header: { kid: undefined }, reason: 'key_id' },
    { what: 'an empty kid', header: { kid: '' }, reason: 'key_id' },
  ])('with $what is refused, and no JWKS is fetched', async ({ claims, header, reason }) => {
    const given = await tokens({ access: { ...(claims && { claims }), ...(header && { header }) } })
    await expect(verifier().verify(given)).rejects.toMatchObject({ code: 'invalid_token', reason })
    expect(alb.requests.filter((url) => url.includes('jwks'))).toEqual([])
  })

  test('that has expired is refused as expired', async () => {
    const given = await tokens({ access: { claims: { exp: Math.floor(Date.now() / 1000) - 60 } } })
    await expect(verifier().verify(given)).rejects.toMatchObject({ code: 'expired_token' })
  })

  test('of another user is refused though it was verified before', async () => {
    const one = verifier()
    const stolen = await tokens()
    await one.verify(stolen)
    const oidcData = await alb.signAlbToken({ user: { email: 'mallory@example.com' } })
    await expect(one.verify({ oidcData, accessToken: stolen.accessToken })).rejects.toMatchObject({ reason: 'subject' })
  })

  test('that is padded is malformed: Cognito does not pad', async () => {
    const { oidcData, accessToken } = await tokens()
    await expect(verifier().verify({ oidcData, accessToken: `${accessToken}==` })).rejects.toMatchObject({
      reason: 'malformed',
    })
  })

  test('signed with another key of the same kid is refused', async () => {
    const { privateKey } = createCognitoKey()
    const given = await tokens({ access: { key: { ...alb.cognitoKey, privateKey } } })
    await expect(verifier().verify(given)).rejects.toMatchObject({ reason: 'signature' })
  })

  test('follows no jku, jwk, x5u or x5c in its header', async () => {
    const evil = createCognitoKey()
    const [, claims = ''] = (await alb.signAccessToken({ user })).split('.')
    const header = {
      kid: evil.kid,
      jku: 'https://evil.example/jwks.json',
      jwk: evil.jwk,
      x5u: 'https://evil.example/x',
      x5c: ['x'],
    }
    const payload = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>
    const { oidcData } = await tokens()
    await expect(
      verifier().verify({ oidcData, accessToken: signAccessToken(evil, payload, header) }),
    ).rejects.toMatchObject({ reason: 'key_not_found' })
    expect(alb.requests.every((url) => url.includes('amazonaws.com'))).toBe(true)
  })

  test('may be in the other issuer form of the same pool', async () => {
    const iss = 'https://issuer-cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1'
    await expect(verifier().verify(await tokens({ access: { claims: { iss } } }))).resolves.toBeDefined()
    expect(alb.requests).toContain(`${iss}/.well-known/jwks.json`)
  })

  test('must be on the list where issuers are pinned', async () => {
    const options: TokenVerifierOptions = { albArn: alb.options.albArn, fetch: alb.options.fetch, issuer: [alb.issuer] }
    const pinned = new TokenVerifier(options)
    await expect(pinned.verify(await tokens())).resolves.toBeDefined()
    const iss = 'https://issuer-cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1'
    await expect(pinned.verify(await tokens({ access: { claims: { iss } } }))).rejects.toMatchObject({
      reason: 'issuer',
    })
  })

  test('of a pool that only the load balancer vouches for is accepted, of another one not', async () => {
    const unpinned = new TokenVerifier({ albArn: alb.options.albArn, fetch: alb.options.fetch })
    await expect(unpinned.verify(await tokens())).resolves.toBeDefined()
    const iss = 'https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_Other'
    await expect(unpinned.verify(await tokens({ access: { claims: { iss } } }))).rejects.toMatchObject({
      reason: 'issuer',
    })
  })

  test('is not needed where groups come from a claim', async () => {
    const oidc = verifier({ groupsClaim: 'groups' })
    await expect(oidc.verify({ oidcData: await alb.signAlbToken({ user }) })).resolves.toMatchObject({ access: null })
  })

  test('is not looked at, and no key of it fetched, where groups come from a claim', async () => {
    const oidc = verifier({ groupsClaim: 'groups' })
    await oidc.warmUp()
    const { oidcData } = await tokens()
    await expect(oidc.verify({ oidcData, accessToken: 'not.even.one' })).resolves.toMatchObject({ access: null })
    expect(alb.requests.filter((url) => url.includes('jwks'))).toEqual([])
  })
})

describe('an access token by itself', () => {
  test.each(['issuer', 'clientId', 'sub'] as const)('is compared with nothing less than all: %s', async (missing) => {
    const { oidcData, accessToken } = await tokens({
      access: { claims: { sub: undefined, client_id: undefined } },
    })
    const { header, claims } = await verifier().verifyAlbToken(oidcData)
    const expected = { issuer: String(header['iss']), clientId: String(header['client']), sub: String(claims['sub']) }
    for (const value of [undefined, '']) {
      await expect(verifier().verifyAccessToken(accessToken, { ...expected, [missing]: value })).rejects.toMatchObject({
        code: 'configuration',
        message: expect.stringContaining(missing) as string,
      })
    }
    await expect(verifier().verifyAccessToken(accessToken, undefined as never)).rejects.toMatchObject({
      code: 'configuration',
    })
  })
})

describe('a signature that does not hold', () => {
  const turn = async (): Promise<void> => await new Promise((resolve) => void setImmediate(resolve))
  const change = (token: string): string => {
    const at = token.lastIndexOf('.') + 9
    return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
  }

  test.each(['with its key at hand', 'with its key still to be fetched'])('is refused alone, %s', async (how) => {
    for (const name of ['oidcData', 'accessToken'] as const) {
      const one = verifier()
      if (how.endsWith('at hand')) await one.verify(await tokens())
      const given = await tokens()
      await turn()
      await expect(one.verify({ ...given, [name]: change(given[name]) })).rejects.toMatchObject({ reason: 'signature' })
      await turn()
      await expect(one.verify(given)).resolves.toBeDefined()
    }
  })

  test('is refused in a crowd, which is let in', async () => {
    const one = verifier()
    await one.verify(await tokens())
    const crowd = await Promise.all(Array.from({ length: 12 }, async () => await tokens()))
    const given = crowd.map((pair, index) => {
      if (index % 3 === 0) return { ...pair, oidcData: change(pair.oidcData) }
      return index % 3 === 1 ? { ...pair, accessToken: change(pair.accessToken) } : pair
    })
    const outcomes = await Promise.allSettled(given.map(async (pair) => await one.verify(pair)))
    expect(outcomes.map(({ status }) => status)).toEqual(
      given.map((_, index) => (index % 3 === 2 ? 'fulfilled' : 'rejected')),
    )
  })
})

describe('both tokens', () => {
  test('are refused when they are nested too deep to be claims', async () => {
    let deep: unknown = 'x'
    for (let depth = 0; depth < 40; depth += 1) deep = [deep]
    const claims = { deep }
    await expect(verifier().verify(await tokens({ alb: { claims } }))).rejects.toMatchObject({ reason: 'malformed' })
    await expect(verifier().verify(await tokens({ access: { claims } }))).rejects.toMatchObject({ reason: 'malformed' })
    await expect(verifier().verify(await tokens({ alb: { header: claims } }))).rejects.toMatchObject({
      reason: 'malformed',
    })
  })

  test('come without a __proto__, wherever it was', async () => {
    const evil = { own: JSON.parse('[{"__proto__":{"isAdmin":true}}]') as unknown }
    const { alb: albToken, access } = await verifier().verify(
      await tokens({ alb: { header: evil, claims: evil }, access: { claims: evil } }),
    )
    const owns = [albToken.header['own'], albToken.claims['own'], access?.['own']] as object[][]
    expect(owns.map(([own]) => Object.getOwnPropertyNames(own))).toEqual([[], [], []])
  })

  test('are UTF-8, in which a replacement character is one like any other', async () => {
    const claims = { name: 'Jos\uFFFD' }
    await expect(verifier().verify(await tokens({ alb: { claims } }))).resolves.toMatchObject({ alb: { claims } })
    const broken = Buffer.concat([Buffer.from('{"alg":"ES256","x":"'), Buffer.from([0xff]), Buffer.from('"}')])
    await expect(verifier().verifyAlbToken(`${broken.toString('base64url')}.e30.AAAA`)).rejects.toMatchObject({
      reason: 'malformed',
    })
  })

  test('may come out of a Headers, which says null for nothing', async () => {
    const given = await tokens()
    await expect(verifier().verify({ ...given, identity: null } as never)).resolves.toBeDefined()
    await expect(verifier().verify({ ...given, accessToken: null } as never)).rejects.toMatchObject({
      code: 'missing_token',
    })
    await expect(verifier().verify(undefined as never)).rejects.toMatchObject({ code: 'configuration' })
  })

  test('are needed', async () => {
    const { oidcData, accessToken } = await tokens()
    await expect(verifier().verify({ oidcData })).rejects.toMatchObject({ code: 'missing_token' })
    await expect(verifier().verify({ accessToken } as never)).rejects.toMatchObject({ code: 'missing_token' })
  })

  test('and the identity header name one user', async () => {
    const given = await tokens()
    const { alb: verified } = await verifier().verify(given)
    await expect(verifier().verify({ ...given, identity: String(verified.claims['sub']) })).resolves.toBeDefined()
    await expect(verifier().verify({ ...given, identity: 'somebody' })).rejects.toMatchObject({ reason: 'subject' })
  })

  test('are frozen when they come out', async () => {
    const { alb: verified, access } = await verifier().verify(await tokens())
    expect([verified.claims, verified.header, access, access?.['cognito:groups']].every(Object.isFrozen)).toBe(true)
  })

  test('are forgotten past their exp, remembered or not', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const one = verifier()
    const given = await tokens()
    await one.verify(given)
    vi.setSystemTime(Date.now() + 126_000)
    await expect(one.verify(given)).rejects.toMatchObject({ code: 'expired_token' })
  })

  test('verify again after the caches were cleared', async () => {
    const one = verifier()
    const given = await tokens()
    await one.verify(given)
    one.clearCache()
    await expect(one.verify(given)).resolves.toBeDefined()
    expect(alb.requests).toHaveLength(4)
  })

  test.each([0, 1])('verify with a memory of %i tokens', async (tokenCacheSize) => {
    const one = verifier({ tokenCacheSize })
    const given = await tokens()
    await one.verify(given)
    await expect(one.verify(given)).resolves.toBeDefined()
  })

  test('verify in the thread pool where others wait, a lone pair in place', async () => {
    const one = verifier()
    await one.verify(await tokens())
    const checks = new Set<number>()
    let jobs = 0
    // A check in place is an async resource, too, but one that nothing comes back from.
    const hook = createHook({
      init: (id, type) => void (type === 'SIGNREQUEST' && checks.add(id)),
      before: (id) => void (checks.has(id) && (jobs += 1)),
    })
    const crowd = await Promise.all(Array.from({ length: 10 }, async () => await tokens()))
    const lone = await tokens()
    await new Promise((resolve) => setImmediate(resolve))
    hook.enable()
    await one.verify(lone)
    expect([checks.size, jobs]).toEqual([2, 0])
    await new Promise((resolve) => setImmediate(resolve))
    await Promise.all(crowd.map(async (pair) => await one.verify(pair)))
    hook.disable()
    // The first of them comes alone.
    expect([checks.size, jobs]).toEqual([22, 18])
  })

  test('verify many at once', async () => {
    const one = verifier()
    const given = await Promise.all(Array.from({ length: 30 }, async () => await tokens()))
    await expect(Promise.all(given.map(async (pair) => await one.verify(pair)))).resolves.toHaveLength(30)
    expect(alb.requests).toHaveLength(2)
  })
})
