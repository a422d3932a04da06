import { createCognitoKey, signAccessToken } from '@cognito-auth/testing'
import { describe, expect, test } from 'vitest'
import { useTestAlb, user } from '../../../test/test-alb.js'
import { TokenVerifier, type TokenVerifierOptions } from '../../index.js'

const { alb, verifier, tokens } = useTestAlb()

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
    expect(alb().requests.filter((url) => url.includes('jwks'))).toEqual([])
  })

  test.each(['nbf', 'iat'])('with its %s ahead says which claim it is', async (name) => {
    const given = await tokens({ access: { claims: { [name]: 4_102_444_800 } } })
    await expect(verifier().verify(given)).rejects.toThrow(`"${name}" is in the future`)
  })

  test('may have a kid of 256 characters, and no more: who writes it must not fill memory', async () => {
    const longest = await tokens({ access: { header: { kid: 'x'.repeat(256) } } })
    await expect(verifier().verify(longest)).rejects.toMatchObject({ reason: 'key_not_found' })
    const longer = await tokens({ access: { header: { kid: 'x'.repeat(257) } } })
    await expect(verifier().verify(longer)).rejects.toMatchObject({ reason: 'key_id' })
  })

  test('that has expired is refused as expired', async () => {
    const given = await tokens({ access: { claims: { exp: Math.floor(Date.now() / 1000) - 60 } } })
    await expect(verifier().verify(given)).rejects.toMatchObject({ code: 'expired_token' })
  })

  test('of another user is refused though it was verified before', async () => {
    const one = verifier()
    const stolen = await tokens()
    await one.verify(stolen)
    const oidcData = await alb().signAlbToken({ user: { email: 'mallory@example.com' } })
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
    const given = await tokens({ access: { key: { ...alb().cognitoKey, privateKey } } })
    await expect(verifier().verify(given)).rejects.toMatchObject({ reason: 'signature' })
  })

  test('follows no jku, jwk, x5u or x5c in its header', async () => {
    const evil = createCognitoKey()
    const [, claims = ''] = (await alb().signAccessToken({ user })).split('.')
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
    expect(alb().requests.every((url) => url.includes('amazonaws.com'))).toBe(true)
  })

  test('may be in the other issuer form of the same pool', async () => {
    const iss = 'https://issuer-cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1'
    await expect(verifier().verify(await tokens({ access: { claims: { iss } } }))).resolves.toBeDefined()
    expect(alb().requests).toContain(`${iss}/.well-known/jwks.json`)
  })

  test('must be on the list where issuers are pinned', async () => {
    const options: TokenVerifierOptions = {
      albArn: alb().options.albArn,
      fetch: alb().options.fetch,
      issuer: [alb().issuer],
    }
    const pinned = new TokenVerifier(options)
    await expect(pinned.verify(await tokens())).resolves.toBeDefined()
    const iss = 'https://issuer-cognito-idp.eu-west-2.amazonaws.com/eu-west-2_TestPool1'
    await expect(pinned.verify(await tokens({ access: { claims: { iss } } }))).rejects.toMatchObject({
      reason: 'issuer',
    })
  })

  test('of a pool that only the load balancer vouches for is accepted, of another one not', async () => {
    const unpinned = new TokenVerifier({ albArn: alb().options.albArn, fetch: alb().options.fetch })
    await expect(unpinned.verify(await tokens())).resolves.toBeDefined()
    const iss = 'https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_Other'
    await expect(unpinned.verify(await tokens({ access: { claims: { iss } } }))).rejects.toMatchObject({
      reason: 'issuer',
    })
  })

  test('is not needed where groups come from a claim', async () => {
    const oidc = verifier({ groupsClaim: 'groups' })
    await expect(oidc.verify({ oidcData: await alb().signAlbToken({ user }) })).resolves.toMatchObject({ access: null })
  })

  test('is not looked at, and no key of it fetched, where groups come from a claim', async () => {
    const oidc = verifier({ groupsClaim: 'groups' })
    await oidc.warmUp()
    const { oidcData } = await tokens()
    await expect(oidc.verify({ oidcData, accessToken: 'not.even.one' })).resolves.toMatchObject({ access: null })
    expect(alb().requests.filter((url) => url.includes('jwks'))).toEqual([])
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
