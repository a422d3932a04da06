import { generateKeyPairSync } from 'node:crypto'
import { memoryUsage } from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { InFlight } from '../in-flight.js'
import { checkNotExpired, checkNotFuture } from '../checks/times.js'
import { TokenVerifier } from '../token-verifier.js'
import { byDigest, bySigned, type RememberedToken, TokenMemory, type VerifiedTokens } from './verified-tokens.js'

let alb: TestAlb

/** A memory of this many tokens. */
function memoryOf(tokens: number): VerifiedTokens<RememberedToken> {
  return new TokenMemory({ tokens, bytes: 1_000_000 }).kind(1, byDigest)
}

beforeAll(async () => {
  alb = await createTestAlb()
})

test('tokens are told apart by a SHA-256 of all of them, and not remembered at all where the size is 0', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  const tokens = memoryOf(2)
  // echo -n a | openssl dgst -sha256 -binary | basenc --base64url
  const { digest } = byDigest('a')
  expect(Buffer.from(digest, 'latin1').toString('base64url')).toBe('ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs')
  const verified = { bytes: 1 }
  tokens.set('a', verified, key, 9)
  expect(tokens.get('a')).toEqual({ token: verified, digest, signed: '', key, exp: 9 })
  tokens.clear()
  expect(tokens.get('a')).toBeUndefined()
  const none = memoryOf(0)
  none.set('a', verified, key, 9)
  expect(none.get('a')).toBeUndefined()
})

test('of tokens that end alike none is taken for another, and the later one is remembered', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const tokens = memoryOf(10)
  const [first, second] = ['ann.signature-of-both', 'bob.signature-of-both']
  tokens.set(first, { bytes: 1 }, publicKey, 2 ** 32)
  expect(tokens.get(second)).toBeUndefined()
  expect(tokens.get(`a${first}`)).toBeUndefined()
  tokens.set(second, { bytes: 2 }, publicKey, 2 ** 32)
  expect([tokens.get(first), tokens.get(second)?.token]).toEqual([undefined, { bytes: 2 }])
  expect(tokens.bytes).toBe(2)
})

describe('remembered by what was signed and a SHA-256 of the signature', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const memory = (): VerifiedTokens<RememberedToken> =>
    new TokenMemory({ tokens: 1_000, bytes: 2 ** 30 }).kind(1, bySigned)

  test('no other token is found by any part of it', () => {
    const tokens = memory()
    // printf signature | openssl dgst -sha256 -binary | basenc --base64url
    const { digest, signed } = bySigned('header.payload.signature')
    expect(Buffer.from(digest, 'latin1').toString('base64url')).toBe('Gi_CbcfqWipHSLfLKx7xk9lqssmfkwkvaeYwdbKNEng')
    expect(signed).toBe('header.payload.')
    const token = 'header.payload.signature'
    tokens.set(token, { bytes: 1 }, publicKey, 9)
    expect(tokens.get(token)).toBeDefined()
    const others = [
      'header.payload.signaturf',
      'header.payload.signatur',
      'header.payload.signature.',
      'header.payload.',
      'header.payload',
      'header.payloae.signature',
      'headeq.payload.signature',
      'header.payload..signature',
      '.header.payload.signature',
      'headerpayload.signature',
      'signature',
      '..signature',
      ' header.payload.signature',
      '',
    ]
    expect(others.filter((other) => tokens.get(other) !== undefined)).toEqual([])
  })

  test('what is kept weighs as much as it takes, and is a copy: a part of a string keeps all of it', () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const tokens = memory()
    gc()
    const before = memoryUsage().heapUsed
    for (let count = 0; count < 100; count += 1) {
      const header = `authorization: Bearer ${count}header.payload.${`${count}signature`.repeat(50_000)}`
      tokens.set(header.slice('authorization: Bearer '.length), { bytes: 1 }, publicKey, 2 ** 32)
    }
    gc()
    expect(tokens.bytes).toBe(10 * '0header.payload.'.length + 90 * '10header.payload.'.length + 100)
    // 45 MB, where the credentials stay.
    expect(memoryUsage().heapUsed - before).toBeLessThan(10_000_000)
  })
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
  const tokens = memoryOf(10_000)
  // Ten a second, each good for two minutes, as a load balancer makes them.
  for (let count = 0; count < 10_000; count += 1) {
    vi.setSystemTime(1_000_000 + count * 100)
    tokens.set(String(count), { bytes: 1 }, publicKey, 1_000 + count / 10 + 120)
  }
  vi.useRealTimers()
  expect(tokens.bytes).toBeLessThan(1_210)
  expect(tokens.get('9999')).toBeDefined()
  expect(tokens.get('8900')).toBeDefined()
})

test('each new token forgets two that have expired, and none that may be used in this second', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const tokens = memoryOf(10)
  for (const name of ['a', 'b', 'c']) tokens.set(name, { bytes: 1 }, publicKey, 1_001)
  vi.setSystemTime(1_001_000)
  tokens.set('d', { bytes: 1 }, publicKey, 2_000)
  expect(tokens.bytes).toBe(4)
  vi.setSystemTime(1_002_000)
  tokens.set('e', { bytes: 1 }, publicKey, 2_000)
  vi.useRealTimers()
  expect(['a', 'b', 'c', 'd', 'e'].filter((name) => tokens.get(name) !== undefined)).toEqual(['c', 'd', 'e'])
})

test.each([
  { tokens: 0, bytes: 1_000 },
  { tokens: 10, bytes: 0 },
])('a memory of $tokens tokens and $bytes bytes makes no digests', (limits) => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const identify = vi.fn<typeof byDigest>(byDigest)
  const none = new TokenMemory(limits).kind(1, identify)
  none.set('a', { bytes: 1 }, publicKey, 2 ** 32)
  expect(none.get('a')).toBeUndefined()
  expect(identify).not.toHaveBeenCalled()
})

test.each([
  ['alb', 'access'],
  ['access', 'alb'],
] as const)('each kind of token has its share of the bytes where others want theirs: %s before %s', (...order) => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const memory = new TokenMemory({ tokens: 10_000, bytes: 4_000 })
  const shares = { alb: 1, access: 3 }
  const kinds = Object.fromEntries(order.map((name) => [name, memory.kind(shares[name], byDigest)]))
  const { alb, access } = kinds as Record<'alb' | 'access', VerifiedTokens<RememberedToken>>
  const fill = (kind: VerifiedTokens<RememberedToken>, count: number): void => {
    for (let index = 0; index < count; index += 1) kind.set(String(index), { bytes: 10 }, publicKey, 2 ** 32)
  }
  fill(alb, 1_000)
  expect([alb.bytes, access.bytes]).toEqual([4_000, 0])
  fill(access, 1_000)
  expect([alb.bytes, access.bytes]).toEqual([1_000, 3_000])
  // What was remembered last stays.
  expect([alb.get('999'), access.get('999'), alb.get('0'), access.get('0')].map((one) => one?.token.bytes)).toEqual([
    10,
    10,
    undefined,
    undefined,
  ])
  access.set('large', { bytes: 5_000 }, publicKey, 2 ** 32)
  expect(access.get('large')).toBeUndefined()
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

/** Lets the event loop turn once. */
const turn = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve))

test('of a crowd, sixty-four begin in a turn of the event loop, and the others in order', async () => {
  const inFlight = new InFlight()
  const begun: number[] = []
  const begin = (number: number): void => {
    const turnOfOne = inFlight.begin()
    if (turnOfOne === undefined) begun.push(number)
    else void turnOfOne.then(() => begun.push(number))
  }
  for (let number = 0; number < 150; number += 1) begin(number)
  expect(begun).toHaveLength(64)
  expect(inFlight.isIdle).toBe(false)
  await turn()
  expect(begun).toHaveLength(128)
  // Comes later, and waits behind those that are there.
  begin(150)
  expect(begun).toHaveLength(128)
  await turn()
  expect(begun).toEqual(Array.from({ length: 151 }, (_, number) => number))
  await turn()
  expect(inFlight.isIdle).toBe(true)
})

test('signatures are handed over in groups of eight, and what is left of them when the turn of the event loop ends', async () => {
  const inFlight = new InFlight()
  const handed: number[] = []
  const ask = (number: number): void => void inFlight.together().then(() => handed.push(number))
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number)
  for (const number of numbers(44)) ask(number)
  // All microtasks, and no turn.
  await new Promise((resolve) => process.nextTick(resolve))
  await Promise.resolve()
  expect(handed).toEqual(numbers(40))
  await turn()
  expect(handed).toEqual(numbers(44))
  for (const number of numbers(7)) ask(44 + number)
  await new Promise((resolve) => process.nextTick(resolve))
  await Promise.resolve()
  expect(handed).toHaveLength(44)
  await turn()
  expect(handed).toEqual(numbers(51))
})

test('thousands of bad tokens at once leave turns of the event loop to others', async () => {
  const verifier = new TokenVerifier(alb.options)
  const { oidcData, accessToken } = { oidcData: await alb.signAlbToken(), accessToken: await alb.signAccessToken() }
  await verifier.verify({ oidcData, accessToken })
  const reasons: unknown[] = []
  const bad = Array.from({ length: 2_000 }, async (_, number) => {
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', number })).toString('base64url')
    const forged = `${header}${oidcData.slice(oidcData.indexOf('.'))}`
    const failure: unknown = await verifier.verify({ oidcData: forged, accessToken }).catch((error: unknown) => error)
    reasons.push((failure as { readonly reason?: unknown }).reason)
  })
  await turn()
  expect(reasons.length).toBeLessThanOrEqual(128)
  await Promise.all(bad)
  expect(reasons).toEqual(Array.from({ length: 2_000 }, () => 'signer'))
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
