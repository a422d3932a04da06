import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto'
import { encodePart, signAlbToken } from '@cognito-auth/testing'
import { describe, expect, test, vi } from 'vitest'
import { REAL_TOKEN_A, REAL_TOKEN_B, REAL_TOKEN_C, REAL_TOKEN_D } from '../../../test/real-tokens.js'
import { useTestAlb, user } from '../../../test/test-alb.js'
import { TokenVerifier, type TokenVerifierOptions } from '../../index.js'

const { alb, verifier } = useTestAlb()

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
    const [h = '', p = ''] = (await alb().signAlbToken({ user })).split('.')
    const parse = (part: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
    const token = signAlbToken(alb().albKey, padTo(parse(h), header), padTo(parse(p), payload))
    const paddings = token.split('.').map((part) => part.length - part.replaceAll('=', '').length)
    expect(paddings).toEqual([header, payload, 2])
    await expect(verifier().verifyAlbToken(token)).resolves.toBeDefined()
  })

  test('verifies a signature without padding', async () => {
    const token = await alb().signAlbToken({ user })
    await expect(verifier().verifyAlbToken(token.replace(/=+$/, ''))).resolves.toBeDefined()
  })

  test('verifies a token that was signed without any padding', async () => {
    await expect(verifier().verifyAlbToken(await alb().signAlbToken({ user, padding: 'none' }))).resolves.toBeDefined()
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
    { what: 'a kid with a path before a UUID', header: { kid: `../${randomUUID()}` }, reason: 'key_id' },
    { what: 'a kid that is an address', header: { kid: `//evil.example/${randomUUID()}` }, reason: 'key_id' },
    { what: 'no kid', header: { kid: undefined }, reason: 'key_id' },
    { what: 'a kid that is a number', header: { kid: 1 }, reason: 'key_id' },
    { what: 'a list of kids', header: { kid: [randomUUID()] }, reason: 'key_id' },
    { what: 'no exp in the header', header: { exp: undefined }, reason: 'claims' },
    { what: 'an exp that is a text', header: { exp: '4102444800' }, reason: 'claims' },
    { what: 'an exp that is null', header: { exp: null }, reason: 'claims' },
    { what: 'an exp in the payload that is a text', claims: { exp: '4102444800' }, reason: 'claims' },
    { what: 'an nbf in the payload that is ahead', claims: { nbf: 4_102_444_800 }, reason: 'not_yet_valid' },
  ])('with $what is refused, and nothing is fetched', async ({ header, claims, reason }) => {
    const token = await alb().signAlbToken({ user, ...(header && { header }), ...(claims && { claims }) })
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ code: 'invalid_token', reason })
    expect(alb().requests).toEqual([])
  })

  test.each([
    { what: 'another issuer in the payload', claims: { iss: 'https://evil.example' }, reason: 'issuer' },
    { what: 'an issuer in the payload that is a list', claims: { iss: ['x'] }, reason: 'issuer' },
    { what: 'no sub', claims: { sub: undefined }, reason: 'subject' },
    { what: 'an empty sub', claims: { sub: '' }, reason: 'subject' },
    { what: 'a sub that is a number', claims: { sub: 1 }, reason: 'subject' },
  ])('with $what is refused though its signature holds', async ({ claims, reason }) => {
    const token = await alb().signAlbToken({ user, claims })
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ code: 'invalid_token', reason })
  })

  test('verifies without iss and exp in the payload, as in 2018, and without typ', async () => {
    const token = await alb().signAlbToken({
      user,
      header: { typ: undefined },
      claims: { iss: undefined, exp: undefined },
    })
    await expect(verifier().verifyAlbToken(token)).resolves.toBeDefined()
  })

  test.each(['', undefined, null, 5, ['x'], {}])(
    'of client %j is refused, where any client is accepted',
    async (client) => {
      const { albArn, fetch } = alb().options
      const any = new TokenVerifier({ albArn, fetch })
      const token = await alb().signAlbToken({ user, header: { client: 'whichever' } })
      await expect(any.verifyAlbToken(token)).resolves.toBeDefined()
      const without = await alb().signAlbToken({ user, header: { client } })
      await expect(any.verifyAlbToken(without)).rejects.toMatchObject({ reason: 'client' })
    },
  )

  test.each(['header', 'claims'] as const)('expires by the exp in its %s', async (part) => {
    const past = Math.floor(Date.now() / 1000) - 60
    const token = await alb().signAlbToken({ user, [part]: { exp: past } })
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ code: 'expired_token' })
    expect(alb().requests).toEqual([])
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

  test.each([
    ['abc', 'three parts'],
    ['e30.e30', 'three parts'],
    ['e30.e30.AAAA.AAAA', 'three parts'],
    ['e30.e30.A', 'base64url'],
    [`${encodePart('[]', 'none')}.e30.AAAA`, 'header must be a JSON object'],
    [`${encodePart('{"alg":"ES256"}', 'none')}.${encodePart('[]', 'none')}.AAAA`, 'payload must be a JSON object'],
    [`${encodePart('{"alg":"ES256"}', 'none')}.e30.`, 'no signature'],
  ])('says what is wrong with %s: %s', async (token, what) => {
    await expect(verifier().verifyAlbToken(token)).rejects.toThrow(what)
  })

  test.each([undefined, null, 5, {}, ['a.b.c']])('that is %j is malformed', async (token) => {
    await expect(verifier().verifyAlbToken(token as never)).rejects.toMatchObject({ reason: 'malformed' })
    const expected = { issuer: alb().issuer, clientId: alb().options.clientId, sub: 'x' }
    await expect(verifier().verifyAccessToken(token as never, expected)).rejects.toMatchObject({ reason: 'malformed' })
  })

  test('is not looked for without options', () => {
    expect(() => new TokenVerifier(undefined as never)).toThrow(expect.objectContaining({ code: 'configuration' }))
    expect(() => new TokenVerifier({})).toThrow(/albArn/)
  })

  test('may be 16 KiB, and no more', async () => {
    const base = (await alb().signAlbToken({ user, claims: { filler: '' } })).length
    const filler = 'x'.repeat(Math.floor((16_384 - base) / 4) * 3 - 6)
    const fits = await alb().signAlbToken({ user, claims: { filler } })
    expect(fits.length).toBeLessThanOrEqual(16_384)
    await expect(verifier().verifyAlbToken(fits)).resolves.toBeDefined()
    const tooLarge = await alb().signAlbToken({ user, claims: { filler: `${filler}${'x'.repeat(16)}` } })
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
    const [header = '', payload = ''] = (await alb().signAlbToken({ user })).split('.')
    const token = `${header}.${payload}.${encodePart(Buffer.from(signature, 'hex'), 'alb')}`
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ reason: 'signature' })
    expect(alb().requests).toEqual([])
  })

  test('keyed as HS256 with the public key is refused (algorithm confusion)', async () => {
    const [header = '', payload = ''] = (await alb().signAlbToken({ user, header: { alg: 'HS256' } })).split('.')
    const mac = createHmac('sha256', alb().albKey.pem).update(`${header}.${payload}`).digest()
    const token = `${header}.${payload}.${encodePart(mac, 'alb')}`
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ reason: 'algorithm' })
  })

  test('that says alg none and has no signature is refused as such', async () => {
    const [header = '', payload = ''] = (await alb().signAlbToken({ user, header: { alg: 'none' } })).split('.')
    await expect(verifier().verifyAlbToken(`${header}.${payload}.`)).rejects.toMatchObject({ reason: 'algorithm' })
  })

  test('without a signature is malformed', async () => {
    const [header = '', payload = ''] = (await alb().signAlbToken({ user })).split('.')
    await expect(verifier().verifyAlbToken(`${header}.${payload}.`)).rejects.toMatchObject({ reason: 'malformed' })
  })

  test('is good from its nbf on, give or take the tolerance', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Math.floor(Date.now() / 1000) * 1000)
    const token = await alb().signAlbToken({ user, claims: { nbf: Date.now() / 1000 + 5 } })
    const one = verifier({ tokenCacheSize: 0 })
    await expect(one.verifyAlbToken(token)).resolves.toBeDefined()
    vi.setSystemTime(Date.now() - 1)
    await expect(one.verifyAlbToken(token)).rejects.toMatchObject({
      reason: 'not_yet_valid',
      message: expect.stringContaining('"nbf"') as string,
    })
  })

  test('of 16 KiB exactly is looked at', async () => {
    await expect(verifier().verifyAlbToken('x'.repeat(16_384))).rejects.toMatchObject({ reason: 'malformed' })
    await expect(verifier().verifyAlbToken('x'.repeat(16_385))).rejects.toMatchObject({ reason: 'too_large' })
  })

  test('signed with another key of the same kid is refused', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const token = await alb().signAlbToken({ user, key: { ...alb().albKey, privateKey } })
    await expect(verifier().verifyAlbToken(token)).rejects.toMatchObject({ reason: 'signature' })
  })

  test('with any part changed after signing is refused', async () => {
    const [header = '', , signature = ''] = (await alb().signAlbToken({ user })).split('.')
    const otherPayload = encodePart(JSON.stringify({ sub: 'admin' }), 'alb')
    await expect(verifier().verifyAlbToken(`${header}.${otherPayload}.${signature}`)).rejects.toMatchObject({
      reason: 'signature',
    })
  })

  test('verifies for each of several load balancers and clients', async () => {
    const many = verifier({ albArn: [other, alb().options.albArn], clientId: ['x', alb().options.clientId] })
    await expect(many.verifyAlbToken(await alb().signAlbToken({ user }))).resolves.toBeDefined()
    await expect(
      many.verifyAlbToken(await alb().signAlbToken({ user, header: { signer: other, client: 'x' } })),
    ).resolves.toBeDefined()
  })

  test('verifies in both issuer forms of a pinned pool', async () => {
    const iss = 'https://issuer-cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1'
    await expect(
      verifier().verifyAlbToken(await alb().signAlbToken({ user, header: { iss }, claims: { iss } })),
    ).resolves.toBeDefined()
  })

  test('with a __proto__ member does no harm', async () => {
    const claims = JSON.parse('{"__proto__":{"isAdmin":true},"deep":{"__proto__":{"isAdmin":true}}}') as Record<
      string,
      unknown
    >
    const token = await alb().signAlbToken({ user, claims: { ...claims, ['__proto__']: claims['__proto__'] } })
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).toContain('__proto__')
    const verified = await verifier().verifyAlbToken(token)
    expect(Object.hasOwn(verified.claims, '__proto__')).toBe(false)
    expect(Object.assign({}, verified.claims['deep'])).not.toHaveProperty('isAdmin')
  })
})
