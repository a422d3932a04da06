import { generateKeyPairSync } from 'node:crypto'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { beforeAll, expect, test, vi } from 'vitest'
import { InFlight } from './in-flight.js'
import { checkNotExpired, checkNotFuture } from './times.js'
import { TokenVerifier } from './token-verifier.js'
import { VerifiedTokens } from './verified-tokens.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

test('tokens are remembered by a SHA-256 of all of them, and not at all where the size is 0', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  const tokens = new VerifiedTokens<string>(2)
  const digest = tokens.digest('a')
  // echo -n a | openssl dgst -sha256 -binary | basenc --base64url
  expect(Buffer.from(digest, 'latin1').toString('base64url')).toBe('ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs')
  tokens.set(digest, 'verified', key, 9)
  expect(tokens.get(digest)).toEqual({ token: 'verified', key, exp: 9 })
  tokens.clear()
  expect(tokens.get(digest)).toBeUndefined()
  const none = new VerifiedTokens<string>(0)
  expect(none.digest('a')).toBe('')
  none.set('', 'verified', key, 9)
  expect(none.get('')).toBeUndefined()
})

test('a remembered token gives the very claims that were verified; a forgotten one is read anew', async () => {
  const tokens = { oidcData: await alb.signAlbToken(), accessToken: await alb.signAccessToken() }
  const verifier = new TokenVerifier(alb.options)
  const first = await verifier.verify(tokens)
  const second = await verifier.verify(tokens)
  expect(second.alb.claims).toBe(first.alb.claims)
  expect(second.access).toBe(first.access)
  verifier.clearCache()
  const third = await verifier.verify(tokens)
  expect(third.alb.claims).not.toBe(first.alb.claims)
  expect(third.access).not.toBe(first.access)
  const forgetful = new TokenVerifier({ ...alb.options, tokenCacheSize: 0 })
  expect((await forgetful.verify(tokens)).alb.claims).not.toBe((await forgetful.verify(tokens)).alb.claims)
})

test('tokens that have expired do not stay until others push them out', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const tokens = new VerifiedTokens<number>(10_000)
  // Ten a second, each good for two minutes, as a load balancer makes them.
  for (let count = 0; count < 10_000; count += 1) {
    vi.setSystemTime(1_000_000 + count * 100)
    tokens.set(String(count), count, publicKey, 1_000 + count / 10 + 120)
  }
  vi.useRealTimers()
  expect(tokens.size).toBeLessThan(1_210)
  expect(tokens.get('9999')).toMatchObject({ token: 9_999 })
  expect(tokens.get('8900')).toMatchObject({ token: 8_900 })
})

test('who is in flight is counted until they leave', () => {
  const inFlight = new InFlight()
  expect(inFlight.isIdle).toBe(true)
  inFlight.enter()
  inFlight.enter()
  inFlight.leave()
  expect(inFlight.isIdle).toBe(false)
  inFlight.leave()
  expect(inFlight.isIdle).toBe(true)
})

test('who blocked the event loop counts until the next turn of it', async () => {
  const inFlight = new InFlight()
  for (let round = 0; round < 2; round += 1) {
    inFlight.blocked()
    inFlight.blocked()
    await Promise.resolve()
    expect(inFlight.isIdle).toBe(false)
    await new Promise((resolve) => setImmediate(resolve))
    expect(inFlight.isIdle).toBe(true)
  }
})

test('a time after the last date is none: nothing could be ended then', () => {
  expect(() => checkNotExpired(8.64e12, 0, 'the token')).not.toThrow()
  expect(() => checkNotExpired(8.64e12 + 1, 0, 'the token')).toThrow(expect.objectContaining({ reason: 'claims' }))
})

test.each([NaN, Infinity, -Infinity, '1', null, {}])('%j is no time', (time) => {
  expect(() => checkNotExpired(time, 0, 'the token')).toThrow(expect.objectContaining({ reason: 'claims' }))
  expect(() => checkNotFuture(time, 'nbf', 0, 'the token')).toThrow(/Invalid "nbf"/)
})

test('an empty client is none, whatever clients are accepted', async () => {
  const { clientId: _, ...anyClient } = alb.options
  for (const client of ['', undefined, 5, ['x']]) {
    const token = await alb.signAlbToken({ header: { client } })
    await expect(new TokenVerifier(anyClient).verifyAlbToken(token)).rejects.toMatchObject({ reason: 'client' })
  }
})

test('a key id is a UUID from its first character on', async () => {
  const token = await alb.signAlbToken({ header: { kid: `x${alb.albKey.kid}` } })
  await expect(new TokenVerifier(alb.options).verifyAlbToken(token)).rejects.toMatchObject({ reason: 'key_id' })
})

test('a key id of the access token has at most 256 characters', async () => {
  const expected = { issuer: alb.issuer, clientId: alb.options.clientId, sub: 'x' }
  const ask = async (length: number): Promise<unknown> =>
    await new TokenVerifier(alb.options).verifyAccessToken(
      await alb.signAccessToken({ user: { sub: 'x' }, header: { kid: 'k'.repeat(length) } }),
      expected,
    )
  await expect(ask(257)).rejects.toMatchObject({ reason: 'key_id' })
  await expect(ask(256)).rejects.toMatchObject({ reason: 'key_not_found' })
})

test('an audience of texts is fine', async () => {
  const expected = { issuer: alb.issuer, clientId: alb.options.clientId, sub: 'x' }
  for (const aud of ['x', ['x', 'y'], []]) {
    const token = await alb.signAccessToken({ user: { sub: 'x' }, claims: { aud } })
    await expect(new TokenVerifier(alb.options).verifyAccessToken(token, expected)).resolves.toMatchObject({ sub: 'x' })
  }
})
